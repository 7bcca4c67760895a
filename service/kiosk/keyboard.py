"""The kiosk's keyboard: letters, digits, signs, arrows, foot pedals. Nothing else is a key.

A browser's dangerous keys (a new tab, print, save, an address bar, the task manager) all need Ctrl,
Alt, a function key, Escape or a media key. On this keyboard they are nothing, before a browser sees
them: the compositor reads the keys through the rules below (XKB, libxkbcommon's
`XKB_CONFIG_EXTRA_PATH` and `XKB_DEFAULT_RULES`,
https://xkbcommon.org/doc/current/xkb-intro.html). It is a list of what there is, not of what is
forbidden: a key that nobody thought of does nothing.

A key without any symbol is not enough: Chromium then takes the one that a US keyboard has in that
place. So each becomes Scroll Lock, which no browser listens to.
"""

from typing import Final

RULES: Final = "limen"
_LOWEST: Final = 8
_HIGHEST: Final = 775  # KEY_MAX of linux/input-event-codes.h, and the 8 that XKB adds

# Place on the keyboard, by XKB's name, to the kernel's number plus 8.
_ROWS: Final = {
    "TLDE": 49,
    **{f"AE{n:02}": 9 + n for n in range(1, 13)},
    **{f"AD{n:02}": 23 + n for n in range(1, 13)},
    **{f"AC{n:02}": 37 + n for n in range(1, 12)},
    "BKSL": 51,
    "LSGT": 94,
    **{f"AB{n:02}": 51 + n for n in range(1, 11)},
}
_OTHERS: Final = {
    "BKSP": (22, "BackSpace"),
    "TAB": (23, "Tab, ISO_Left_Tab"),
    "RTRN": (36, "Return"),
    "SPCE": (65, "space"),
    "CAPS": (66, "Caps_Lock"),
    "LFSH": (50, "Shift_L"),
    "RTSH": (62, "Shift_R"),
    "RALT": (108, "ISO_Level3_Shift"),
    "HOME": (110, "Home"),
    "UP": (111, "Up"),
    "LEFT": (113, "Left"),
    "RGHT": (114, "Right"),
    "END": (115, "End"),
    "DOWN": (116, "Down"),
    "DELE": (119, "Delete"),
    # Foot pedals are keyboards with these keys; no browser listens to them.
    **{f"FK{n}": (178 + n, f"F{n}") for n in range(13, 17)},
    "KPMU": (63, "KP_Multiply"),
    "KPSU": (82, "KP_Subtract"),
    "KPAD": (86, "KP_Add"),
    "KPEN": (104, "KP_Enter"),
    "KPDV": (106, "KP_Divide"),
    # No Num Lock: these are digits and nothing else.
    **{
        f"KP{digit}": (code, f"KP_{digit}")
        for digit, code in enumerate((90, 87, 88, 89, 83, 84, 85, 79, 80, 81))
    },
}
KEYS: Final = {**_ROWS, **{name: code for name, (code, _) in _OTHERS.items()}}
"""Every key that there is: XKB's name to its code."""

_RULES_FILE: Final = """\
! model = keycodes
  * = limen
! model = types
  * = complete
! model = compat
  * = complete
! model layout = symbols
  * * = limen(keys)+%l%(v)+limen(nothing)
"""


def keyboard_files(highest: int = _HIGHEST) -> dict[str, str]:
    """Return the files of the keyboard, by their paths below an XKB configuration folder.

    Parameters
    ----------
    highest
        The last code; X itself knows none above 255.
    """
    codes = range(_LOWEST, highest + 1)
    nothing = {f"X{code:03}": code for code in codes if code not in KEYS.values()}
    named = "\n".join(f"  <{name}> = {code};" for name, code in (KEYS | nothing).items())
    keys = "\n".join(f"  key <{name}> {{ [ {said} ] }};" for name, (_, said) in _OTHERS.items())
    blind = "\n".join(f"  key <{name}> {{ [ Scroll_Lock ] }};" for name in nothing)
    return {
        f"rules/{RULES}": _RULES_FILE,
        "keycodes/limen": (
            f'default xkb_keycodes "limen" {{\n  minimum = {_LOWEST};\n  maximum = {highest};\n'
            f"{named}\n  alias <AC12> = <BKSL>;\n  alias <ALGR> = <RALT>;\n}};\n"
        ),
        "symbols/limen": (
            f'xkb_symbols "keys" {{\n{keys}\n'
            "  modifier_map Shift { Shift_L, Shift_R };\n"
            "  modifier_map Lock { Caps_Lock };\n"
            "  modifier_map Mod5 { ISO_Level3_Shift };\n};\n\n"
            # A layout may have given AltGr another meaning: it chooses signs, and nothing else.
            'xkb_symbols "nothing" {\n  key <RALT> { [ ISO_Level3_Shift ] };\n'
            f"{blind}\n}};\n"
        ),
    }
