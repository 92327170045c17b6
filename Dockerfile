# docker build -t magstore . && docker run -p 9000:9000 -v magstore:/data magstore
#
# Builder and runtime are the same Debian release: the program links Debian's RocksDB, ISA-L, OpenSSL and libxml2.
# A test (DockerfileTests) holds the package names and paths equal to what Scripts/bootstrap and Scripts/build use.

FROM swift:6.3-bookworm AS builder
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        librocksdb-dev libisal-dev libssl-dev libxml2-dev pkg-config git ca-certificates \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY Package.swift ./
COPY Scripts/build ./Scripts/build
COPY Sources ./Sources
COPY Tests ./Tests
RUN Scripts/build && install -D .build/release/magstore /image/magstore

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        librocksdb7.8 libisal2 libssl3 libxml2 ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o 1000 -g 1000 /data
COPY --from=builder /image/magstore /usr/local/bin/magstore

# The program writes below /data only, so the container may run with --read-only.
ENV MAGSTORE_ADDRESS=0.0.0.0:9000 \
    MAGSTORE_STATE_DIR=/data/state
USER 1000:1000
VOLUME /data
EXPOSE 9000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["magstore", "health"]
ENTRYPOINT ["magstore"]
CMD ["serve", "/data/drive"]
