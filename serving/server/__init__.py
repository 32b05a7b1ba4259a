"""The project's own server: processes, HTTP, the ASGI application."""
