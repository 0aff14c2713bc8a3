# syntax=docker/dockerfile:1
# Three stages: front-end files, Python packages, and what runs. The last has no compiler, no npm,
# no tests and no root.

FROM node:24-bookworm-slim AS front
WORKDIR /front
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
COPY requirements/runtime.txt requirements/predictive.txt requirements/
RUN /venv/bin/python -m pip install --require-hashes \
    -r requirements/runtime.txt -r requirements/predictive.txt
WORKDIR /app
COPY . .
COPY --from=front /front/node_modules node_modules
RUN /venv/bin/python -m config.assets \
    && SECRET_KEY=only-to-collect-files-0123456789-0123456789-0123456789 \
       /venv/bin/python manage.py collectstatic --noinput --verbosity 0 \
    && rm -rf tests bench

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin enishi \
    && install -d -o enishi -g enishi /data /data/media
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 MEDIA_ROOT=/data/media
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
USER enishi
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
  CMD ["python", "-m", "config.health_probe"]
CMD ["gunicorn", "--config", "config/web_server.py", "--bind", "0.0.0.0:8000", "--workers", "2", "config.wsgi"]
