# Built in one stage, run in another: the image holds the program and its production dependencies, nothing else.
# Runs with a read-only root and as any user; everything it writes goes to /data.
#   docker build -t picoclaw .
#   docker run --rm --read-only --user 12345 -v picoclaw:/data -e OPENROUTER_API_KEY picoclaw agent -m "Hello"
FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build

FROM node:24-bookworm-slim
ENV NODE_ENV=production PICOCLAW_HOME=/data NODE_COMPILE_CACHE=/tmp/picoclaw-compile-cache
WORKDIR /app
COPY --from=build /src/package.json ./
COPY --from=build /src/dist ./dist
COPY --from=build /src/docs/guide ./docs/guide
COPY --from=build /src/workspace ./workspace
COPY --from=build /src/config.example.json ./
RUN mkdir /data && chmod 0777 /data
VOLUME /data
USER 1000
ENTRYPOINT ["node", "/app/dist/main.js"]
CMD ["help"]
