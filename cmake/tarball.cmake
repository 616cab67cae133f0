# SPDX-License-Identifier: Apache-2.0
# `cmake --build build/release --target tarball`: specctl with its libraries and loader, for hosts that are not
# Debian 12, in build/release/specctl-<version>-linux-<architecture>.tar.gz.
set(SPECCTL_TARBALL
    ${PROJECT_BINARY_DIR}/specctl-${PROJECT_VERSION}-linux-${CMAKE_SYSTEM_PROCESSOR}.tar.gz)
add_custom_target(tarball
  COMMAND ${PROJECT_SOURCE_DIR}/cmake/tarball.sh tarball $<TARGET_FILE:specctl> ${SPECCTL_TARBALL}
  DEPENDS specctl
  COMMENT "Bundling ${SPECCTL_TARBALL}"
  VERBATIM)
