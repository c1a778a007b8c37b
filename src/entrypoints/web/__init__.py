"""The web app: what gateways, providers and Telegram call, and what says whether all is well."""
