"""Score transactions over HTTP, inside AWS's scikit-learn image or the project's.

``inference``   what AWS's image imports: `wsgi`'s application, or the hooks
``wsgi``        one request as gunicorn has it, in AWS's image
``server``      the project's own server around its own transport, ``server.asgi``
``service``     what both transports call: addresses, health, refusals, the log
``invocation``  one request from body to answer, by ``request``, ``formats``, ``alerts``
"""
