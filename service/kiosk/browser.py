"""How the kiosk's browser is started, and what it may do: keep nothing, open nothing, ask nobody.

The policies are Chromium's own (https://chromeenterprise.google/policies/); every name below is one
of that list, and Chromium says so at `chrome://policy` when it is none. They are the second fence:
the first is a keyboard without the keys that a browser listens to (`service.kiosk.keyboard`).
"""

import json
from typing import Final

ADDRESS: Final = "127.0.0.1:8630"

CHROMIUM_OPTIONS: Final = (
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
    # A finger or a touchpad goes neither back nor larger.
    "--overscroll-history-navigation=0",
    "--disable-pinch",
)

_NEVER: Final = 2
POLICIES: Final[dict[str, object]] = {
    "URLBlocklist": ["*"],
    "URLAllowlist": [ADDRESS],
    "PrintingEnabled": False,
    "DownloadRestrictions": 3,  # none at all
    "AllowFileSelectionDialogs": False,
    "DeveloperToolsAvailability": _NEVER,
    "DefaultPopupsSetting": _NEVER,
    "TaskManagerEndProcessEnabled": False,
    "BookmarkBarEnabled": False,
    "EditBookmarksEnabled": False,
    "DefaultSearchProviderEnabled": False,
    "SearchSuggestEnabled": False,
    "AllowDinosaurEasterEgg": False,
    "BrowserGuestModeEnabled": False,
    "BrowserAddPersonEnabled": False,
    "BrowserSignin": 0,
    "SyncDisabled": True,
    "ExtensionInstallBlocklist": ["*"],
    "PasswordManagerEnabled": False,
    "AutofillAddressEnabled": False,
    "AutofillCreditCardEnabled": False,
    "TranslateEnabled": False,
    "ScreenCaptureAllowed": False,
    "AudioCaptureAllowed": False,
    "VideoCaptureAllowed": False,
    "DefaultGeolocationSetting": _NEVER,
    "DefaultNotificationsSetting": _NEVER,
    "DefaultWebUsbGuardSetting": _NEVER,
    "DefaultWebHidGuardSetting": _NEVER,
    "DefaultSerialGuardSetting": _NEVER,
    "DefaultWebBluetoothGuardSetting": _NEVER,
    "ComponentUpdatesEnabled": False,
    "MetricsReportingEnabled": False,
    "SafeBrowsingProtectionLevel": 0,  # it would ask its maker about addresses
    "BackgroundModeEnabled": False,
}


def policies(address: str = ADDRESS) -> str:
    """Return the policies as Chromium reads them from a file.

    Parameters
    ----------
    address
        The one host and port that may be opened.
    """
    return json.dumps(POLICIES | {"URLAllowlist": [address]}, indent=1) + "\n"
