# One build, one small target per service:
#
#   docker build --target auth_service    -t auth_service .
#   docker build --target product_service -t product_service .
#   docker build --target order_service   -t order_service .
#   docker build --target storefront      -t storefront .
#
# `npm run images` builds them all. Node runs the sources as they are (it strips the types), so a service's image is
# the base, the production dependencies and the sources, in the layout of the repository: workspaces stay symlinks.

ARG NODE_IMAGE=node:26.10.0-slim

FROM ${NODE_IMAGE} AS manifests
WORKDIR /shop
COPY package.json package-lock.json ./
COPY faults/package.json faults/
COPY retry/package.json retry/
COPY service_kit/package.json service_kit/
COPY tracing/package.json tracing/
COPY auth_service/package.json auth_service/
COPY product_service/package.json product_service/
COPY order_service/package.json order_service/
COPY client/package.json client/
COPY scripts/package.json scripts/
COPY client_types/package.json client_types/
COPY storefront/package.json storefront/

FROM manifests AS dependencies
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM ${NODE_IMAGE} AS base
WORKDIR /shop
# The operations port (the second one exposed) stays on loopback, where the health check uses it, unless OPS_HOST is
# set. The last two variables save memory: see MEMORY_ENV in scripts/plan.ts.
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/shop/data \
    MALLOC_MMAP_THRESHOLD_="1048576" NODE_OPTIONS="--max-semi-space-size=6 --max-old-space-size=384"
# The whole folder: npm puts a package into the folder of a workspace if the shared version does not fit.
COPY --from=dependencies /shop ./
COPY faults/src faults/src
COPY retry/src retry/src
COPY service_kit/src service_kit/src
COPY tracing/src tracing/src
# The root file system may be read-only: services write only to the data folder, and only if it is mounted. A tmpfs
# mounted there belongs to root and has the mode that the folder has here; a volume takes over the owner, too.
RUN mkdir data && chown 1000:1000 data && chmod 1777 data
USER 1000:1000
# What it checks, and why, is in the script. In the first two minutes no failure counts, because the database may be
# starting, too. The timeout is long, so that an overloaded machine does not lose its replicas.
COPY deploy/image/healthcheck.sh ./
HEALTHCHECK --interval=5s --timeout=10s --start-period=120s --retries=3 CMD ["bash", "healthcheck.sh"]

FROM base AS auth_service
ENV PORT=5000
EXPOSE 5000 5200
COPY auth_service/src auth_service/src
CMD ["node", "auth_service/src/main.ts"]

FROM base AS product_service
ENV PORT=5001
EXPOSE 5001 5201
COPY product_service/src product_service/src
CMD ["node", "product_service/src/main.ts"]

FROM base AS order_service
ENV PORT=5002
EXPOSE 5002 5202
COPY order_service/src order_service/src
CMD ["node", "order_service/src/main.ts"]

FROM manifests AS pages
# With optional packages: the compiled part of the bundler is one.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY retry/src retry/src
COPY client/src client/src
COPY storefront storefront
RUN node storefront/build.ts

FROM base AS storefront
ENV PORT=8080
EXPOSE 8080 8280
COPY storefront/src storefront/src
COPY --from=pages /shop/storefront/dist/pages storefront/dist/pages
CMD ["node", "storefront/src/main.ts"]
