"""Every endpoint: a method, a path below /services or /servicesNS/{owner}/{app}, a handler.

What has no route answers 404 as splunkd does.
"""

from __future__ import annotations

from splreplay.serve.hec import collector as hec
from splreplay.serve.http import auth
from splreplay.serve.http.routing import Route
from splreplay.serve.rest import (
    confs,
    indexes,
    info,
    inputs,
    kvstore,
    lookups,
    passwords,
    receivers,
    roles,
    saved,
    searches,
    views,
)

MANAGEMENT: tuple[Route, ...] = (
    ("GET", "server/info", info.get_info),
    ("GET", "server/info/server-info", info.get_info),
    ("GET", "messages", info.get_messages),
    ("GET", "authentication/current-context", auth.get_context),
    ("GET", "authentication/current-context/context", auth.get_context),
    ("GET", "authorization/tokens", auth.get_tokens),
    ("POST", "authorization/tokens", auth.post_token),
    ("DELETE", "authorization/tokens/{name}", auth.delete_token),
    ("GET", "authorization/roles", roles.list_roles),
    ("GET", "authorization/roles/{name}", roles.get_role),
    ("POST", "authorization/roles/{name}", roles.update_role),
    ("GET", "apps/local", info.list_apps),
    ("GET", "apps/local/{name}", info.get_app),
    ("GET", "data/indexes", indexes.list_indexes),
    ("POST", "data/indexes", indexes.create_index),
    ("GET", "data/indexes/{name}", indexes.get_index),
    ("GET", "data/inputs/http", inputs.list_inputs),
    ("POST", "data/inputs/http", inputs.create_input),
    ("GET", "data/inputs/http/{name}", inputs.get_input),
    ("GET", lookups.FILES, lookups.list_files),
    ("GET", f"{lookups.FILES}/{{name}}", lookups.get_file),
    ("GET", lookups.DEFINITIONS, lookups.list_definitions),
    ("GET", f"{lookups.DEFINITIONS}/{{name}}", lookups.get_definition),
    *kvstore.ROUTES,
    ("GET", views.VIEWS, views.list_views),
    ("GET", f"{views.VIEWS}/{{name}}", views.get_view),
    ("GET", passwords.PATH, passwords.list_passwords),
    ("POST", passwords.PATH, passwords.create_password),
    ("GET", f"{passwords.PATH}/{{name}}", passwords.get_password),
    ("POST", f"{passwords.PATH}/{{name}}", passwords.update_password),
    ("DELETE", f"{passwords.PATH}/{{name}}", passwords.delete_password),
    ("POST", "receivers/simple", receivers.post_simple),
    ("GET", "configs/conf-{conf}", confs.list_stanzas),
    ("POST", "configs/conf-{conf}", confs.create_stanza),
    ("GET", "configs/conf-{conf}/{stanza}", confs.get_stanza),
    ("POST", "configs/conf-{conf}/{stanza}", confs.update_stanza),
    ("DELETE", "configs/conf-{conf}/{stanza}", confs.delete_stanza),
    ("POST", "configs/conf-{conf}/{stanza}/enable", confs.set_enabled),
    ("POST", "configs/conf-{conf}/{stanza}/disable", confs.set_enabled),
    # `contentctl test_servers` sets a role's deleteIndexesAllowed through these before it begins.
    ("GET", "properties", confs.list_confs),
    ("POST", "properties", confs.create_conf),
    ("GET", "properties/{conf}", confs.list_properties),
    ("GET", "properties/{conf}/{stanza}", confs.get_properties),
    ("POST", "properties/{conf}/{stanza}", confs.set_properties),
    ("GET", "properties/{conf}/{stanza}/{key}", confs.get_property),
    ("POST", "properties/{conf}/{stanza}/{key}", confs.set_property),
    ("GET", "saved/searches", saved.list_searches),
    ("POST", "saved/searches", saved.create_search),
    ("GET", "saved/searches/{stanza}", saved.get_search),
    ("POST", "saved/searches/{stanza}", saved.update_search),
    ("DELETE", "saved/searches/{stanza}", saved.delete_search),
    ("POST", "saved/searches/{stanza}/enable", saved.set_enabled),
    ("POST", "saved/searches/{stanza}/disable", saved.set_enabled),
    ("POST", "saved/searches/{stanza}/dispatch", saved.dispatch),
    ("GET", "saved/searches/{stanza}/history", saved.get_history),
    *(
        (method, f"search/{version}jobs{rest}", handler)
        for version in ("", "v2/")
        for method, rest, handler in (
            ("GET", "", searches.list_jobs),
            ("POST", "", searches.create_job),
            ("GET", "/export", searches.export),
            ("POST", "/export", searches.export),
            ("GET", "/{sid}", searches.get_job),
            ("DELETE", "/{sid}", searches.delete_job),
            ("POST", "/{sid}/control", searches.control_job),
            ("GET", "/{sid}/results", searches.get_results),
            ("POST", "/{sid}/results", searches.get_results),
            ("GET", "/{sid}/results_preview", searches.get_preview),
            ("POST", "/{sid}/results_preview", searches.get_preview),
        )
    ),
)
LOGIN = ("auth", "login")
COLLECTOR: tuple[Route, ...] = (
    ("POST", "collector", hec.post_event),
    ("POST", "collector/event", hec.post_event),
    ("POST", "collector/event/1.0", hec.post_event),
    ("POST", "collector/raw", hec.post_raw),
    ("POST", "collector/raw/1.0", hec.post_raw),
    ("POST", "collector/ack", hec.post_ack),
    ("GET", "collector/health", hec.get_health),
    ("GET", "collector/health/1.0", hec.get_health),
)
