"""Methods about the bot itself, its chats, files and updates."""

import re
from typing import Any

from bot.studio.params import Json, Params, bad_request
from bot.studio.sending import chat_id_of
from bot.studio.world import Webhook, World

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_MAX_FILE_BYTES = 20 * 1024 * 1024


def get_me(world: World, params: Params) -> Json:
    """`getMe`."""
    abilities = ("can_join_groups", "can_read_all_group_messages", "supports_inline_queries")
    return {**world.bot, **dict.fromkeys(abilities, False), "can_join_groups": True}


def get_chat(world: World, params: Params) -> Json:
    """`getChat`, with the fields a `ChatFullInfo` never lacks."""
    chat = world.chat(chat_id_of(params))
    gifts = (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    )
    full: Json = {
        **chat.as_json(),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }
    pinned = [chat.posts[message_id] for message_id in chat.pinned if message_id in chat.posts]
    if pinned:
        full["pinned_message"] = pinned[-1].as_json(chat.as_json())
    return full


def get_file(world: World, params: Params) -> Json:
    """`getFile`: up to 20 MB."""
    file = world.files.get(params.text("file_id"))
    if file is None:
        raise bad_request("invalid file_id")
    if len(file.content) > _MAX_FILE_BYTES:
        raise bad_request("file is too big")
    return {**file.as_json(), "file_path": file.path}


def _scope(params: Params) -> tuple[str, str]:
    scope = params.json("scope") or {"type": "default"}
    place = ":".join(str(scope[part]) for part in ("type", "chat_id", "user_id") if part in scope)
    return place, params.text("language_code")


def set_commands(world: World, params: Params) -> bool:
    """`setMyCommands`, by scope and language."""
    commands = params.json("commands") or []
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command.get("command", "")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(command.get("description", "")) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    world.profile.commands[_scope(params)] = commands
    world.touch()
    return True


def get_commands(world: World, params: Params) -> list[Json]:
    """`getMyCommands`, of exactly that scope and language."""
    return world.profile.commands.get(_scope(params), [])


def delete_commands(world: World, params: Params) -> bool:
    """`deleteMyCommands`."""
    world.profile.commands.pop(_scope(params), None)
    world.touch()
    return True


def _set_text(field: str, longest: int) -> Any:
    def act(world: World, params: Params) -> bool:
        if len(params.text(field)) > longest:
            raise bad_request(f"{field.replace('_', ' ')} is too long")
        world.profile.texts[field, params.text("language_code")] = params.text(field)
        return True

    return act


def _get_text(field: str) -> Any:
    def act(world: World, params: Params) -> Json:
        return {field: world.profile.texts.get((field, params.text("language_code")), "")}

    return act


set_name, get_name = _set_text("name", 64), _get_text("name")
set_description, get_description = _set_text("description", 512), _get_text("description")
set_short_description, get_short_description = (
    _set_text("short_description", 120),
    _get_text("short_description"),
)


def set_menu_button(world: World, params: Params) -> bool:
    """`setChatMenuButton`: of one chat, or of all when none is named."""
    button = params.json("menu_button") or {"type": "default"}
    if params.has("chat_id"):
        world.chat(chat_id_of(params)).menu_button = button
    else:
        world.profile.menu_button = button
    world.touch()
    return True


def take_allowed(world: World, params: Params) -> None:
    """Note `allowed_updates` when the call names them; an empty list means the default."""
    if params.has("allowed_updates"):
        wanted = params.json("allowed_updates")
        world.updates.allowed = frozenset(wanted) if wanted else None


def set_webhook(world: World, params: Params) -> bool:
    """`setWebhook`: https, or http to this machine, as a local server allows."""
    url, secret = params.text("url"), params.text("secret_token")
    if url and not re.match(r"https://|http://(127\.0\.0\.1|localhost|\[::1\])[:/]", url):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if secret and not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    if params.yes("drop_pending_updates"):
        world.updates.clear()
    take_allowed(world, params)
    connections = min(max(params.integer("max_connections", 40), 1), 100)
    world.webhook = Webhook(url, secret, connections)
    world.news.ring()
    return True


def delete_webhook(world: World, params: Params) -> bool:
    """`deleteWebhook`."""
    if params.yes("drop_pending_updates"):
        world.updates.clear()
    world.webhook = Webhook()
    world.news.ring()
    return True


def get_webhook_info(world: World, params: Params) -> Json:
    """`getWebhookInfo`."""
    hook = world.webhook
    info: Json = {
        "url": hook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates),
    }
    if hook.url:
        info["max_connections"] = hook.max_connections
    if hook.last_error_date is not None:
        info |= {"last_error_date": hook.last_error_date, "last_error_message": hook.last_error_message}
    if world.updates.allowed is not None:
        info["allowed_updates"] = sorted(world.updates.allowed)
    return info
