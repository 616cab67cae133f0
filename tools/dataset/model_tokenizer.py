# SPDX-License-Identifier: Apache-2.0
"""A model's tokenizer and chat template from a folder, by `transformers`, with their SHA-256.

The text of a prompt is what the template makes of its messages; its ids are those of the text
alone, so that a BOS is there only if the template writes it. (As specdec_bench does it, and vLLM
and SGLang for chat requests.)
"""
import hashlib
import json
import os
import pathlib

from outcome import Refused
from prepared_files import sha256_of_file
from token_pieces import TemplateError

# Of these, all that are in the folder are hashed, in this order.
TOKENIZER_FILES = ("added_tokens.json", "merges.txt", "special_tokens_map.json", "spiece.model",
                   "tekken.json", "tokenizer.json", "tokenizer.model", "tokenizer_config.json",
                   "vocab.json", "vocab.txt")


def tokenizer_sha256(folder):
    """SHA-256 of what `sha256sum` prints for those of TOKENIZER_FILES that are in the folder."""
    listing = "".join(f"{sha256_of_file(path)}  {name}\n" for name in TOKENIZER_FILES
                      if (path := pathlib.Path(folder) / name).is_file())
    return hashlib.sha256(listing.encode()).hexdigest()


def _load(folder):
    os.environ["TRANSFORMERS_VERBOSITY"] = "error"
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    import transformers

    if not any((folder / name).is_file() for name in TOKENIZER_FILES):
        raise Refused(f"--tokenizer {folder}: no tokenizer in it; need a model's folder with "
                      f"tokenizer.json (or another of {', '.join(TOKENIZER_FILES)})")
    try:
        return transformers.AutoTokenizer.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False), transformers.__version__
    except Exception as error:  # of many kinds, by the files that are missing or damaged
        reason = " ".join(str(error).split())[:300]
        raise Refused(f"--tokenizer {folder}: transformers {transformers.__version__} cannot load "
                      f"it: {type(error).__name__}: {reason}") from None


def _eos_ids(tokenizer, folder):
    """The tokenizer's end-of-turn id, and those of generation_config.json."""
    ids = [tokenizer.eos_token_id] if tokenizer.eos_token_id is not None else []
    try:
        told = json.loads((folder / "generation_config.json").read_text()).get("eos_token_id")
    except (OSError, ValueError, AttributeError):
        told = None
    for one in told if isinstance(told, list) else [told]:
        if isinstance(one, int) and one not in ids:
            ids.append(one)
    return ids


class ModelTokenizer:
    """`template_file`: instead of the tokenizer's own template. `kwargs`: for each rendering."""

    def __init__(self, folder, template_file=None, kwargs=None):
        self.folder = pathlib.Path(folder).resolve()
        self.kwargs = kwargs or {}
        self.tokenizer, self.version = _load(self.folder)
        self.template = self._template_text(template_file)
        self.eos_ids = _eos_ids(self.tokenizer, self.folder)
        vocabulary = self.tokenizer.get_vocab().values()
        self.vocab_tokens = max(len(self.tokenizer), max(vocabulary, default=-1) + 1)
        self._fast = getattr(self.tokenizer, "backend_tokenizer", None)
        if self._fast is not None:
            self._fast.no_truncation()
            self._fast.no_padding()

    def _template_text(self, template_file):
        if template_file:
            return pathlib.Path(template_file).read_text(encoding="utf-8")
        try:
            template = self.tokenizer.get_chat_template()
        except ValueError:
            template = None
        if not template:
            raise Refused(f"--tokenizer {self.folder}: it has no chat template; give the model's "
                          "by --chat-template FILE")
        return template

    def header(self):
        """What made the ids: the fields of the output's first line that are the tokenizer's."""
        return {"tokenizer": self.folder.name, "tokenizer_sha256": tokenizer_sha256(self.folder),
                "chat_template_sha256": hashlib.sha256(self.template.encode()).hexdigest(),
                "chat_template_kwargs": self.kwargs, "vocab_tokens": self.vocab_tokens,
                "eos_token_ids": self.eos_ids, "transformers": self.version}

    def render(self, messages, tools=None, kwargs=None):
        """The text of a prompt. TemplateError with the template's words if it fails."""
        try:
            return self.tokenizer.apply_chat_template(
                messages, chat_template=self.template, tools=tools, tokenize=False,
                add_generation_prompt=True, **{**self.kwargs, **(kwargs or {})})
        except Exception as error:  # whatever a template's expression raises
            raise TemplateError(f"{type(error).__name__}: {' '.join(str(error).split())}") from None

    def encode(self, text):
        return self.tokenizer.encode(text, add_special_tokens=False)

    def encode_all(self, texts):
        """The ids of many texts, by all cores; the same as `encode` of each."""
        if self._fast is None:
            return [self.encode(text) for text in texts]
        encodings = self._fast.encode_batch_fast(texts, add_special_tokens=False)
        return [encoding.ids for encoding in encodings]
