# Airflow and Wirewatch in one image, from the same hashed requirements as a checkout.
FROM python:3.12-slim
RUN useradd --create-home --home-dir /srv/wirewatch wirewatch && mkdir /srv/state && chown wirewatch /srv/state
WORKDIR /srv/wirewatch
COPY requirements requirements
RUN pip install --no-cache-dir --require-hashes -r requirements/uv.txt \
 && uv pip install --system --no-cache --require-hashes --compile-bytecode -r requirements/install.txt -r requirements/postgres.txt
COPY --chown=wirewatch . .
RUN pip install --no-cache-dir --no-deps .
USER wirewatch
ENV AIRFLOW_HOME=/srv/state/airflow PYTHONUNBUFFERED=1
