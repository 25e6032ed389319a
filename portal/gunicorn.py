"""Web server: `gunicorn -c portal/gunicorn.py portal.wsgi`; sizes come from the environment."""

import os

# Only web processes hold a pool. A worker of Celery needs one connection. No preload_app: a pool must be opened
# after the fork, since two processes that share its sockets would read each other's rows.
os.environ.setdefault("DB_POOL", "1")
preload_app = False

bind = os.environ.get("BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
worker_tmp_dir = "/dev/shm"  # noqa: S108 - the heartbeat of a worker must not wait for a slow disk
control_socket_disable = True  # no door beside the web
timeout = 60
graceful_timeout = 20
keepalive = 5
max_requests = 20_000  # a slow leak ends with the worker, not with the host
max_requests_jitter = 2_000
# the proxy in front says which scheme and address the visitor used; nobody else is believed
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
accesslog = os.environ.get("ACCESS_LOG") or None  # "-" writes each request to the standard output
errorlog = "-"
loglevel = os.environ.get("WEB_LOG_LEVEL", "info")
