"""Amparo's front door: settings, extensions, blueprints, commands. Imported by nothing."""

from flask import Flask
from flask_smorest import Api
from werkzeug.middleware.proxy_fix import ProxyFix

from campaigns import api as campaigns_api
from campaigns import cli as campaigns_cli
from campaigns import pages as campaigns_pages
from core import errors, i18n, jobs, mail, sealed, security, telemetry, uploads
from core.cli import register as register_core_commands
from core.db import db
from core.db import init_app as init_database
from core.drawing import charts
from core.drawing.pattern import weave
from core.engine import prepare_engine
from core.settings import Settings, from_environment
from core.web import limits, page_epoch, static_files
from core.web.page_cache import PageCache
from core.web.problem_api import ProblemApi
from donors import api as giving_api
from donors import cli as giving_cli
from donors import embeds, my_pages, pages, stripe_gateway, webhook
from donors import staff_pages as giving_pages
from donors.gifts import form_token
from legal import api as legal_api
from legal import cli as legal_cli
from legal import pages as legal_pages
from staff import api as staff_api
from staff import bearer, sign_in
from staff import cli as staff_cli
from staff import pages as staff_pages


def create_app(settings: Settings | None = None) -> Flask:
    """The WSGI application. Without `settings` they come from `AMPARO_…` variables."""
    sealed.forbid_core_dumps()
    settings = settings or from_environment()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    app = Flask(__name__)
    _configure(app, settings)
    telemetry.init_app(app, level=settings.log_level, metrics_dir=settings.metrics_dir)
    errors.init_app(app)
    init_database(app)
    with app.app_context():
        prepare_engine(db.engine)
    sealed.init_app(app, settings.sealing_keys)
    i18n.init_app(app)
    mail.init_app(app, url=settings.mail_url, sender=settings.mail_from)
    uploads.init_app(app)
    security.init_app(app, base_url=settings.base_url, is_production=settings.is_production)
    limits.init_app(app, settings.limits_url)
    _register(app, ProblemApi(app))
    jobs.init_app(app, settings.effective_queue_url)
    static_files.init_app(app)
    _stand_in_front(app, settings)
    return app


def _register(app: Flask, api: Api) -> None:
    """Every package's edges, in the order of the house."""
    register_core_commands(app)
    sign_in.init_app(app, app.config["SETTINGS"])
    bearer.declare(api)
    staff_pages.register(app)
    staff_cli.register(app)
    api.register_blueprint(staff_api.bp)
    app.register_blueprint(campaigns_pages.bp)
    campaigns_cli.register(app)
    api.register_blueprint(campaigns_api.bp)
    app.register_blueprint(legal_pages.bp)
    app.register_blueprint(legal_pages.public_reports.bp)
    app.register_blueprint(legal_pages.pledges.public)
    legal_cli.register(app)
    api.register_blueprint(legal_api.bp)
    stripe_gateway.init_app(app, app.config["SETTINGS"])
    for blueprint in (
        pages.drives.bp,
        embeds.bp,
        pages.petitions.bp,
        pages.supporters.bp,
        pages.referrals.bp,
        my_pages.bp,
        webhook.bp,
        giving_pages.bp,
    ):
        app.register_blueprint(blueprint)
    giving_cli.register(app)
    api.register_blueprint(giving_api.bp)


def _configure(app: Flask, settings: Settings) -> None:
    url = settings.effective_database_url
    # An error of the database is logged with its statement, never with what somebody typed.
    options: dict[str, object] = {"url": url, "hide_parameters": True}
    if url.startswith("postgresql"):
        options |= {"pool_size": 10, "max_overflow": 10}
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(charts=charts, weave=weave)
    app.config.update(
        SETTINGS=settings,
        BASE_URL=settings.base_url,
        SECRET_KEY=settings.secret_key,
        WEBHOOKS_AT_HOME=settings.webhooks_at_home,
        TESTING=settings.environment == "testing",
        SQLALCHEMY_ENGINES={"default": options},
        API_TITLE="Amparo",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/",
        OPENAPI_JSON_PATH="openapi.json",
    )


def _stand_in_front(app: Flask, settings: Settings) -> None:
    """What answers before Flask is entered: events, public pages from memory."""
    epoch = page_epoch.init_app(
        app,
        settings.data_dir,
        page_seconds=settings.page_cache_seconds,
        is_served=not settings.effective_database_url.startswith("sqlite"),
    )
    app.wsgi_app = webhook.Intake(app)
    app.wsgi_app = PageCache(
        app.wsgi_app,
        seconds=settings.page_cache_seconds,
        prefixes=("/d/", "/c/", "/r/"),
        languages=tuple(i18n.LANGUAGES),
        placeholder=form_token.PLACEHOLDER.encode(),
        new_token=form_token.maker(app.config["SECRET_KEY"]),
        epoch=epoch.read,
    )
    if settings.proxies:
        hops = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)
