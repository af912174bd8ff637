"""`rounds serve`: the API and the pages."""

import click


@click.command()
@click.option("--host", help="Address to listen on; ROUNDS_HOST else.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; ROUNDS_PORT else.")
@click.option("--dev", is_flag=True, help="One process that reloads when code changes.")
def serve(host: str | None, port: int | None, *, dev: bool) -> None:
    """Answer HTTP until stopped. A port in use is exit code 75, an address that is not ours 4."""
    from api.app import create_app
    from api.commands.setting_up import set_up

    wiring = set_up()
    settings = wiring.settings
    _ = wiring.roads  # settings that lead to no roads are refused before anything listens, too
    wiring.store.close()  # opened to refuse a wrong schema before anything listens; each process opens its own
    bind = (host or settings.host, settings.port if port is None else port)
    if dev:
        create_app(settings).run(host=bind[0], port=bind[1], debug=True)
        return
    from api.server import Server

    Server(settings, bind=bind).run()
