"""What the secrets of other vendors look like: data only, each with the place that says so."""

from __future__ import annotations

from typing import NamedTuple


class Vendor(NamedTuple):
    """A kind of secret: the text that it begins with, the rest of it as a pattern, and who says so."""

    name: str
    begins: str
    rest: str
    source: str


_DOCS_GITHUB = "docs.github.com: About authentication to GitHub, token formats"
_DOCS_SLACK = "api.slack.com: Token types"
_DOCS_STRIPE = "docs.stripe.com: API keys"
_DOCS_GITLAB = "docs.gitlab.com: Token overview, token prefixes"
_DOCS_AWS = "docs.aws.amazon.com: IAM identifiers, unique ID prefixes"
_DOCS_VAULT = "developer.hashicorp.com: Vault tokens, token prefixes"
_WORD = "[A-Za-z0-9_-]"
_LETTER = "[A-Za-z0-9]"

# the longest beginning first where one begins with another
VENDORS: tuple[Vendor, ...] = (
    Vendor("Anthropic key", "sk-ant-", _WORD + "{16,}", "docs.anthropic.com: API keys"),
    Vendor("OpenRouter key", "sk-or-", _WORD + "{16,}", "openrouter.ai/docs: Authentication"),
    Vendor("OpenAI-style key", "sk-", _WORD + "{16,}", "platform.openai.com: API keys (sk-, sk-proj-, sk-svcacct-)"),
    Vendor("GitHub personal token", "ghp_", _LETTER + "{20,}", _DOCS_GITHUB),
    Vendor("GitHub OAuth token", "gho_", _LETTER + "{20,}", _DOCS_GITHUB),
    Vendor("GitHub user token", "ghu_", _LETTER + "{20,}", _DOCS_GITHUB),
    Vendor("GitHub app token", "ghs_", "[A-Za-z0-9_-]{20,}[A-Za-z0-9_.-]*", _DOCS_GITHUB),
    Vendor("GitHub refresh token", "ghr_", _LETTER + "{20,}", _DOCS_GITHUB),
    Vendor("GitHub fine-grained token", "github_pat_", "[A-Za-z0-9_]{20,}", _DOCS_GITHUB),
    Vendor("GitLab token", "glpat-", _WORD + "{12,}[A-Za-z0-9_.-]*", _DOCS_GITLAB),
    Vendor("GitLab deploy token", "gldt-", _WORD + "{12,}[A-Za-z0-9_.-]*", _DOCS_GITLAB),
    Vendor("GitLab runner token", "glrt-", _WORD + "{12,}[A-Za-z0-9_.-]*", _DOCS_GITLAB),
    Vendor("Slack bot token", "xoxb-", "[A-Za-z0-9-]{10,}", _DOCS_SLACK),
    Vendor("Slack user token", "xoxp-", "[A-Za-z0-9-]{10,}", _DOCS_SLACK),
    Vendor("Slack workspace token", "xoxa-", "[A-Za-z0-9-]{10,}", _DOCS_SLACK),
    Vendor("Slack refresh token", "xoxr-", "[A-Za-z0-9-]{10,}", _DOCS_SLACK),
    Vendor("Slack session token", "xoxs-", "[A-Za-z0-9-]{10,}", _DOCS_SLACK),
    Vendor("Slack client token", "xoxc-", "[A-Za-z0-9-]{10,}", _DOCS_SLACK),
    Vendor("Slack cookie token", "xoxd-", "[A-Za-z0-9%/+-]{10,}", _DOCS_SLACK),
    Vendor("Slack configuration token", "xoxe.", "[A-Za-z0-9-]{15,}[A-Za-z0-9.-]*", _DOCS_SLACK),
    Vendor("Slack configuration token", "xoxe-", "[A-Za-z0-9.-]{10,}", _DOCS_SLACK),
    Vendor("Slack app token", "xapp-", "[A-Za-z0-9-]{10,}", _DOCS_SLACK),
    Vendor("AWS access key id", "AKIA", "[A-Z0-9]{16}", _DOCS_AWS),
    Vendor("AWS temporary key id", "ASIA", "[A-Z0-9]{16}", _DOCS_AWS),
    Vendor("Google API key", "AIza", _WORD + "{30,}", "cloud.google.com: API keys"),
    Vendor(
        "Google OAuth token", "ya29.", _WORD + "{16,}[A-Za-z0-9_.-]*", "developers.google.com: OAuth 2.0 access tokens"
    ),
    Vendor("Google client secret", "GOCSPX-", _WORD + "{16,}", "developers.google.com: OAuth client secrets"),
    Vendor("npm token", "npm_", _LETTER + "{20,}", "docs.npmjs.com: About access tokens"),
    Vendor("PyPI token", "pypi-", _WORD + "{16,}", "pypi.org/help: API tokens"),
    Vendor("SendGrid key", "SG.", "[A-Za-z0-9_-]{16,}[.][A-Za-z0-9_-]{8,}", "docs.sendgrid.com: API keys"),
    Vendor("Stripe key", "sk_live_", "[A-Za-z0-9_]{10,}", _DOCS_STRIPE),
    Vendor("Stripe key", "sk_test_", "[A-Za-z0-9_]{10,}", _DOCS_STRIPE),
    Vendor("Stripe restricted key", "rk_live_", "[A-Za-z0-9_]{10,}", _DOCS_STRIPE),
    Vendor("Stripe restricted key", "rk_test_", "[A-Za-z0-9_]{10,}", _DOCS_STRIPE),
    Vendor("Stripe publishable key", "pk_live_", "[A-Za-z0-9_]{10,}", _DOCS_STRIPE),
    Vendor("Stripe publishable key", "pk_test_", "[A-Za-z0-9_]{10,}", _DOCS_STRIPE),
    Vendor("Stripe webhook secret", "whsec_", "[A-Za-z0-9+/=_-]{16,}", "docs.stripe.com: Webhook signatures"),
    Vendor("Hugging Face token", "hf_", _LETTER + "{20,}", "huggingface.co/docs: User access tokens"),
    Vendor("E2B key", "e2b_", "[A-Za-z0-9]{16,}", "e2b.dev/docs: API key"),
    Vendor("Groq key", "gsk_", _LETTER + "{20,}", "console.groq.com/docs: API keys"),
    Vendor("xAI key", "xai-", _WORD + "{20,}", "docs.x.ai: API keys"),
    Vendor("Perplexity key", "pplx-", _LETTER + "{20,}", "docs.perplexity.ai: API keys"),
    Vendor("Replicate token", "r8_", _LETTER + "{20,}", "replicate.com/docs: API tokens"),
    Vendor("DigitalOcean token", "dop_v1_", "[a-f0-9]{32,}", "docs.digitalocean.com: Personal access tokens"),
    Vendor("Docker token", "dckr_pat_", _WORD + "{16,}", "docs.docker.com: Personal access tokens"),
    Vendor("Linear key", "lin_api_", _LETTER + "{20,}", "linear.app/developers: API keys"),
    Vendor("Notion token", "ntn_", _LETTER + "{20,}", "developers.notion.com: Authorization"),
    Vendor("Postman key", "PMAK-", "[a-f0-9-]{24,}", "learning.postman.com: API keys"),
    Vendor("Shopify token", "shpat_", "[A-Fa-f0-9]{20,}", "shopify.dev: Access tokens"),
    Vendor("Square token", "sq0atp-", _WORD + "{16,}", "developer.squareup.com: Access tokens"),
    Vendor("Supabase key", "sb_secret_", _WORD + "{16,}", "supabase.com/docs: API keys"),
    Vendor("Vault token", "hvs.", _WORD + "{16,}", _DOCS_VAULT),
    Vendor("Vault batch token", "hvb.", _WORD + "{16,}", _DOCS_VAULT),
    Vendor("Sentry token", "sntrys_", "[A-Za-z0-9+/=_-]{20,}", "docs.sentry.io: Auth tokens"),
    Vendor("New Relic key", "NRAK-", "[A-Z0-9]{20,}", "docs.newrelic.com: API keys"),
    Vendor("Grafana token", "glsa_", "[A-Za-z0-9_]{20,}", "grafana.com/docs: Service accounts"),
    Vendor("Databricks token", "dapi", "[a-f0-9]{32}", "docs.databricks.com: Personal access tokens"),
    Vendor("Mailgun key", "key-", "[a-f0-9]{32}", "documentation.mailgun.com: API keys"),
    Vendor("Atlassian token", "ATATT3", "[A-Za-z0-9_=-]{20,}", "support.atlassian.com: API tokens"),
    Vendor("Supabase token", "sbp_", "[a-f0-9]{32,}", "supabase.com/docs: Personal access tokens"),
    Vendor("Figma token", "figd_", _WORD + "{20,}", "figma.com/developers: Access tokens"),
    Vendor("Tailscale key", "tskey-", "[A-Za-z0-9-]{16,}", "tailscale.com/kb: Key prefixes"),
    Vendor("DigitalOcean token", "doo_v1_", "[a-f0-9]{32,}", "docs.digitalocean.com: OAuth tokens"),
    Vendor("DigitalOcean token", "dor_v1_", "[a-f0-9]{32,}", "docs.digitalocean.com: OAuth tokens"),
    Vendor("Shopify token", "shpss_", "[A-Fa-f0-9]{20,}", "shopify.dev: Access tokens"),
    Vendor("Shopify token", "shpca_", "[A-Fa-f0-9]{20,}", "shopify.dev: Access tokens"),
    Vendor("Shopify token", "shppa_", "[A-Fa-f0-9]{20,}", "shopify.dev: Access tokens"),
    Vendor("Pulumi token", "pul-", "[a-f0-9]{32,}", "pulumi.com/docs: Access tokens"),
    Vendor("Fly token", "fo1_", "[A-Za-z0-9+/=,_-]{20,}", "fly.io/docs: Access tokens"),
    Vendor("Fly token", "fm2_", "[A-Za-z0-9+/=,_-]{20,}", "fly.io/docs: Access tokens"),
    Vendor("1Password token", "ops_eyJ", "[A-Za-z0-9_-]{20,}", "developer.1password.com: Service accounts"),
    Vendor("age key", "AGE-SECRET-KEY-1", "[A-Z0-9]{20,}", "age-encryption.org: the age format"),
    Vendor("Google refresh token", "1//0", _WORD + "{20,}", "developers.google.com: OAuth 2.0 refresh tokens"),
    Vendor("Slack webhook", "hooks.slack.com/services/", "[A-Za-z0-9/]{30,}", "api.slack.com: Incoming webhooks"),
    Vendor("Discord webhook", "discord.com/api/webhooks/", "[A-Za-z0-9/_-]{30,}", "discord.com/developers: Webhooks"),
    Vendor("Telegram token", "api.telegram.org/bot", "[A-Za-z0-9:_-]{30,}", "core.telegram.org: Bot API"),
)

# the packages that other vendors' SDKs for Python are in, whose errors are the answers of those vendors
OTHER_SDKS = frozenset(
    {"anthropic", "azure", "boto3", "botocore", "cohere", "e2b", "github", "gitlab", "google", "groq"}
    | {"huggingface_hub", "litellm", "mistralai", "openai", "pinecone", "replicate", "sendgrid", "slack_sdk", "stripe"}
    | {"supabase", "together", "twilio"}
    # of databases, mail, directories and queues, which have passwords of their own
    | {"aiosmtplib", "asyncpg", "imaplib", "kafka", "ldap3", "mysql", "paramiko", "psycopg", "psycopg2", "pymongo"}
    | {"pymysql", "redis", "smtplib"}
)
