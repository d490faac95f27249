"""Which function answers which method of the Bot API; names in lower case, as the server compares them."""

from collections.abc import Callable
from typing import Any

from bot.studio import about, editing, sending
from bot.studio.params import Params
from bot.studio.world import World

Method = Callable[[World, Params], Any]

METHODS: dict[str, Method] = {
    "getme": about.get_me,
    "getchat": about.get_chat,
    "getfile": about.get_file,
    "sendmessage": sending.send_message,
    "sendphoto": sending.send_photo,
    "senddocument": sending.send_document,
    "sendchataction": sending.send_chat_action,
    "editmessagetext": editing.edit_text,
    "editmessagecaption": editing.edit_caption,
    "editmessagereplymarkup": editing.edit_markup,
    "deletemessage": editing.delete,
    "answercallbackquery": editing.answer_tap,
    "pinchatmessage": editing.pin,
    "unpinchatmessage": editing.unpin,
    "unpinallchatmessages": editing.unpin_all,
    "setmycommands": about.set_commands,
    "getmycommands": about.get_commands,
    "deletemycommands": about.delete_commands,
    "setmyname": about.set_name,
    "getmyname": about.get_name,
    "setmydescription": about.set_description,
    "getmydescription": about.get_description,
    "setmyshortdescription": about.set_short_description,
    "getmyshortdescription": about.get_short_description,
    "setchatmenubutton": about.set_menu_button,
    "setwebhook": about.set_webhook,
    "deletewebhook": about.delete_webhook,
    "getwebhookinfo": about.get_webhook_info,
}
