"""How the kiosk's browser is started: it keeps nothing, and asks nobody but the station."""

CHROMIUM_OPTIONS = (
    "--incognito",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--disable-domain-reliability",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--disable-extensions",
    "--disable-features=MediaRouter,OptimizationHints,Translate,AutofillServerCommunication",
    # No name is ever looked up: the page's address is a number.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--disk-cache-size=1",
    "--no-pings",
    "--password-store=basic",
    "--autoplay-policy=no-user-gesture-required",
)
