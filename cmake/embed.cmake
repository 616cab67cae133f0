# Writes C++ that holds the text of files: cmake -DOUT=FILE -DSYMBOL=NAME "-DFILES=a;b" -P embed.cmake
set(text "#include \"tools/dataset/dataset_scripts.h\"\n\nnamespace specctl::cli {\nnamespace {\n\n")
string(APPEND text "constexpr EmbeddedFile kFiles[] = {\n")
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME)
  file(READ "${file}" content)
  # A literal may be no longer than 65,535 characters by the standard; none of them is.
  string(APPEND text "    {\"${name}\", R\"~embedded~(${content})~embedded~\"},\n")
endforeach()
string(APPEND text "};\n\n}  // namespace\n\n")
string(APPEND text "std::span<const EmbeddedFile> ${SYMBOL}() { return kFiles; }\n\n")
string(APPEND text "}  // namespace specctl::cli\n")
file(WRITE "${OUT}" "${text}")
