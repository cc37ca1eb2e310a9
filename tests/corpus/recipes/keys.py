"""Keys by themselves, as people save or paste them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.corpus.recipe import Recipes, any_of, cannot_tell, healthy, nothing_to_see, problem, suggests

if TYPE_CHECKING:
    from tests.corpus.stage import Stage

RECIPES = Recipes("K")


def saved(name: str, client: str, broken: str, command: str, expect: dict, secret: object = "key") -> None:
    """A case whose file is what a command writes; `$KEY` is the key."""

    def act(stage: Stage) -> None:
        stage.save("key.txt", stage.run(command, {"KEY": stage.mint("A", secret)}))

    RECIPES.case(name, "key", client, broken, expect, given_as="key")(act)


saved("key-well-formed", "printf", "nothing", 'printf "%s\\n" "$KEY"', any_of(healthy(), nothing_to_see()))
saved(
    "key-quoted-by-json",
    "node",
    "the key was taken out of JSON with its quotes",
    "node -p 'JSON.stringify(process.env.KEY)'",
    problem("key-wrapped-in-quotes"),
)
saved(
    "key-quoted-single",
    "bash",
    "the quotes of the shell were saved too",
    'printf "%s" "${KEY@Q}"',
    problem("key-wrapped-in-quotes"),
)
saved(
    "key-two-newlines",
    "echo",
    "echo of what already had a line end",
    'echo -e "$KEY\\n"',
    problem("key-trailing-newline"),
)
saved(
    "key-crlf", "printf", "the file has a Windows line end", 'printf "%s\\r\\n" "$KEY"', problem("key-trailing-newline")
)
saved(
    "key-bare-cr",
    "tr",
    "only the carriage return is left",
    'printf "%s\\r\\n" "$KEY" | tr -d "\\n"',
    problem("key-trailing-newline"),
)
saved(
    "key-template-text",
    "cp",
    "the example of a template was kept",
    'echo "HOPX_API_KEY=hopx_live_YOUR_KEY_HERE" | cut -d= -f2',
    problem("placeholder-key"),
)
saved(
    "key-your-api-key",
    "cp",
    "the example of a template was kept",
    'echo "HOPX_API_KEY=your_api_key_here" | cut -d= -f2',
    problem("placeholder-key"),
)
saved(
    "key-documented-example",
    "printf",
    "the example of the documentation was copied",
    "echo hopx_live_NXAXAV4sU3Ii.EXi3vR9kOJuhfbR5z42aFx5rhGjH1xnzFdjn9caAqps",
    problem("placeholder-key"),
)
saved(
    "key-space-before",
    "cut",
    "cut out of `Key: …` with the space",
    'echo "Key: $KEY" | cut -d: -f2',
    problem("key-surrounding-whitespace"),
)
saved(
    "key-tab-after",
    "cut",
    "cut out of a table with its tab",
    'printf "%s\\t\\n" "$KEY"',
    problem("key-surrounding-whitespace"),
)
saved(
    "key-github-token",
    "printf",
    "a token of GitHub was saved instead",
    'echo "$KEY"',
    problem("wrong-vendor-key"),
    "github",
)
saved(
    "key-openai",
    "printf",
    "a key of another vendor was saved instead",
    'echo "$KEY"',
    problem("wrong-vendor-key"),
    "openai",
)
saved("key-cut-short", "cut", "the terminal showed 40 columns", 'echo "$KEY" | cut -c-40', problem("key-truncated"))
saved(
    "key-cut-last",
    "head",
    "the last character was not selected",
    'printf %s "$KEY" | head -c 65',
    problem("key-truncated"),
)
saved(
    "key-cut-at-dot",
    "awk",
    "a double click ended at the dot",
    """echo "$KEY" | awk -F. '{print $1"."}'""",
    problem("key-truncated", also=["key-id-only"]),
)
saved(
    "key-without-beginning",
    "tail",
    "the beginning was not selected",
    'printf %s "$KEY" | tail -c 60',
    problem("key-truncated"),
)
saved(
    "key-masked-by-list",
    "sed",
    "copied from a list that masks it",
    """echo "$KEY" | sed -E 's/[^.]{37}$/*************************************/'""",
    problem("key-masked"),
)
saved(
    "key-masked-by-ellipsis",
    "sed",
    "copied from a table that shortens it",
    """echo "$KEY" | sed -E 's/[^.]{43}$/…/'""",
    problem("key-masked", also=["key-truncated"]),
)
saved(
    "key-variable-name",
    "echo",
    "single quotes kept the variable",
    "echo '$HOPX_API_KEY'",
    problem("env-var-not-expanded"),
)
saved(
    "key-cmd-variable",
    "echo",
    "the variable is written as for cmd",
    "echo %HOPX_API_KEY%",
    problem("env-var-not-expanded"),
)
saved(
    "key-undefined",
    "node",
    "a template of what is unset",
    "node -p '`${process.env.HOPX_API_KEY}`'",
    problem("literal-null-key", also=["env-var-unset"]),
)
saved(
    "key-none",
    "python",
    "the text of what is unset",
    "python3 -c 'import os; print(os.environ.get(\"HOPX_API_KEY\"))'",
    problem("literal-null-key", also=["env-var-unset"]),
)
saved(
    "key-jwt",
    "echo",
    "a token of the console was copied",
    'echo "$KEY"',
    problem("jwt-instead-of-key"),
    {"iss": "https://console.hopx.dev", "aud": "console", "iat": 1763890000, "exp": 1763893600},
)
saved(
    "key-id-alone",
    "cut",
    "the id alone was copied",
    'echo "$KEY" | cut -d. -f1',
    problem("key-id-only", also=["key-truncated"]),
)
saved("key-secret-alone", "cut", "the secret alone was copied", 'echo "$KEY" | cut -d. -f2', problem("key-id-only"))
saved("key-is-address", "echo", "the base address was pasted", "echo https://api.hopx.dev/v1", problem("not-a-key"))
saved(
    "key-is-mail",
    "git",
    "the name of an account was pasted",
    "git config --file g user.email ada@example.com; git config --file g user.email",
    problem("not-a-key"),
)
saved(
    "key-is-prose",
    "curl",
    "a sentence of a page was pasted",
    "echo 'You can find your key in the console under Settings.'",
    problem("not-a-key"),
)
saved(
    "key-is-command",
    "bash",
    "a whole command was pasted",
    "echo 'export HOPX_API_KEY=$(pass show hopx/api)'",
    problem("not-a-key", also=["env-var-not-expanded"]),
)
saved(
    "key-smart-quotes",
    "python",
    "a word processor made its quotes curly",
    """python3 -c 'import os; print("\\u201c" + os.environ["KEY"] + "\\u201d")'""",
    problem("unicode-lookalike"),
)
saved(
    "key-nbsp",
    "python",
    "copied out of HTML with a space that does not break",
    """python3 -c 'import html, os; print(html.unescape("&nbsp;" + os.environ["KEY"]))'""",
    problem("unicode-lookalike"),
)
saved(
    "key-zwsp",
    "python",
    "a page let the key break after its dot",
    """python3 -c 'import html, os; print(html.unescape(os.environ["KEY"].replace(".", ".&#8203;")))'""",
    problem("unicode-lookalike", also=["key-mistyped"]),
)
saved(
    "key-with-scheme",
    "echo",
    "saved together with its scheme",
    'echo "Bearer $KEY"',
    suggests("bearer-prefix-doubled", ["not-a-key"]),
)
saved(
    "key-test-prefix",
    "echo",
    "a key for testing",
    'echo "$KEY"',
    any_of(problem("test-key-on-live"), healthy(), nothing_to_see(), never=("test-key-on-live",)),
    "test-key",
)
saved(
    "key-impossible-end",
    "sed",
    "the last character was typed wrongly",
    'echo "${KEY%?}B"',
    suggests("key-mistyped", ["key-truncated"]),
)
saved("key-empty", "echo", "nothing was saved", "echo",
      any_of(problem("env-var-unset"), cannot_tell(["env-var-unset", "dotenv-not-loaded", "literal-null-key"]),
             nothing_to_see()))  # fmt: skip
saved(
    "key-quoted-with-cr",
    "node",
    "taken out of JSON, and saved on Windows",
    "node -p 'JSON.stringify(process.env.KEY)' | sed 's/$/\\r/'",
    problem("key-wrapped-in-quotes", "key-trailing-newline"),
)
saved(
    "key-scheme-and-two-newlines",
    "echo",
    "saved together with its scheme and an empty line",
    'echo -e "Bearer $KEY\\n"',
    problem("bearer-prefix-doubled", "key-trailing-newline"),
)
saved(
    "key-quoted-and-cut",
    "cut",
    "a quote and only a part of the key",
    """printf "'%s'" "$KEY" | cut -c-40""",
    problem("key-wrapped-in-quotes", "key-truncated"),
)
