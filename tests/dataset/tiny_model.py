# SPDX-License-Identifier: Apache-2.0
"""A tiny tokenizer with a chat template, made here, in the files of a model's folder."""
import json

import tokenizers
from tokenizers import decoders, models, pre_tokenizers, processors, trainers

CHATML = """\
{%- for message in messages %}
{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{% endif %}"""
WITH_BOS = "{{- bos_token }}" + CHATML
# No token of its own ends a reply.
NO_END = CHATML.replace("<|im_end|>\\n", "\\n\\n")
# A blank before each reply, which a word's token takes in.
BLANK_BEFORE = CHATML.replace("assistant\\n' }}", "assistant\\n ' }}").replace(
    "message.role + '\\n'", "message.role + ('\\n ' if message.role == 'assistant' else '\\n')")
TRIMS = CHATML.replace("message.content", "message.content.strip()")
DROPS_REASONING = CHATML.replace("message.content", "message.content.split('</think>')[-1]")
DROPS_EMPTY = CHATML.replace("messages %}", "messages if message.content %}")
STARTS_THINKING = CHATML.replace("assistant\\n' }}", "assistant\\n<think>\\n' }}")
FAILS = "{%- if 'BAD' in messages[-1].content %}{{ raise_exception('no BAD') }}{% endif %}" + CHATML
THINKS = CHATML.replace("{%- if add", "{%- if enable_thinking is defined and not enable_thinking %}"
                        "{{- 'no thinking' }}{% endif %}{%- if add")

_CORPUS = ["The quokka said forty-two in the middle of the night.\n\n\n\n",
           "user: Why?\n\nassistant: Because.\n\n\n\nuser: And then?\n\n\n\n",
           "<think>\nLet me see.\n</think>\n\nForty-two. Forty-two, Forty-two."] * 20


def make(folder, template=CHATML, adds_bos=False):
    """Writes tokenizer.json, tokenizer_config.json, generation_config.json; returns the folder."""
    tokenizer = tokenizers.Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<s>", "<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    tokenizer.train_from_iterator(_CORPUS, trainers.BpeTrainer(
        vocab_size=400, special_tokens=special, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    if adds_bos:
        tokenizer.post_processor = processors.TemplateProcessing(
            single="<s> $A", special_tokens=[("<s>", 0)])
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>",
              "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>",
              "clean_up_tokenization_spaces": False}
    if template is not None:
        config["chat_template"] = template
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    (folder / "generation_config.json").write_text(json.dumps({"eos_token_id": [3, 1]}))
    return folder
