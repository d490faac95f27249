# Not tried: no container engine was at hand. Linted with hadolint (tests/referee/test_containers.py).
#
#   docker build --tag mindful-pause-coach:0.1.0 .
#   docker run --rm --env-file .env --volume coach-data:/data mindful-pause-coach:0.1.0 db upgrade
#   docker run --detach --env-file .env --volume coach-data:/data mindful-pause-coach:0.1.0
FROM python:3.11-slim-bookworm

COPY requirements.txt /app/
RUN python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /app/requirements.txt \
    && groupadd --gid 10001 coach \
    && useradd --uid 10001 --gid coach --create-home --home-dir /data coach \
    && printf '#!/bin/sh\nexec python -m bot "$@"\n' > /usr/local/bin/coach \
    && chmod 755 /usr/local/bin/coach
COPY bot /app/bot
COPY handlers /app/handlers
COPY scheduler /app/scheduler
COPY coordinator /app/coordinator
COPY records /app/records
COPY study /app/study
COPY content /app/content
COPY LICENSE /app/

ENV PYTHONPATH=/app \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    COACH_HOST=0.0.0.0 \
    COACH_PORT=8080 \
    COACH_BACKUP_DIR=/data/backups
# the SQLite file, the backups and exports; with COACH_DATABASE_URL the first is elsewhere
WORKDIR /data
VOLUME /data
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"COACH_PORT\"]}/healthz', timeout=4)"]
ENTRYPOINT ["coach"]
CMD ["run"]
