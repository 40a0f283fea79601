import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { VendorServer } from '../fakes/vendor-server.ts'
import { emptyHome, writeConfig } from './program.ts'

/** Secrets of many shapes, by where they are planted. */
export const secrets = {
  row: 'sk-canary-openai-0123456789abcdef',
  anthropicRow: 'sk-ant-api03-canary_AbCdEf-0123456789',
  oddRow: String.raw`sk-canary"quote\back'slash%41`,
  variable: 'Q2FuYXJ5+YmFzZTY0/c2VjcmV0QQ==',
  file: '9f8e7d6c5b4a39281706f5e4d3c2b1a0canaryhex',
  command: 'canary command secret with blanks',
  dotEnv: 'canary#dotenv$ecret&value=1',
  vendorVariable: 'gsk_canaryGroqKey0123456789',
  telegram: '123456789:AAEcanaryTelegramToken-0123456789_x',
  discord: 'MTIzNDU2Nzg5MDEyMzQ1Njc4.GcAnAr.yDiscord-Token_0123',
  brave: 'BSAcanaryBraveSearchKey01',
  tavily: 'tvly-canary-0123456789abcdef',
  gateway: 'pc-canary-gateway-client-key',
  mcpVariable: 'canary:mcp/env?secret',
  mcpHeader: 'Bearer eyJhbGciOiJIUzI1NiJ9.eyJjYW5hcnkiOnRydWV9.c2lnbmF0dXJl',
  executor: 'sk-or-v1-canaryExecutor0123456789',
  registry: 'clh_canary_registry_token_01',
  github: 'ghp_canaryGithubToken0123456789abcdefAB',
  proxy: 'canary-proxy-p@ss/word',
  unicode: 'schlüssel-канарейка-密钥-0001',
} as const
export type Secret = keyof typeof secrets

/** Files that may hold secrets: they were put there by the person. */
const planted: ReadonlySet<string> = new Set(['config.json', '.env', 'key.txt'])

export interface Planted {
  readonly home: string
  readonly env: Readonly<Record<string, string>>
}

/** A home that holds every secret where its owner would put it. */
export function plantedHome(vendor: VendorServer, site: string): Planted {
  const home = emptyHome()
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, 'key.txt'), `${secrets.file}\n`, { mode: 0o600 })
  writeFileSync(join(home, '.env'), `CANARY_DOT='${secrets.dotEnv}'\n`, { mode: 0o600 })
  const row = (name: string, api_key: string, more: object = {}) => ({
    model_name: name,
    model: `openai/${name}`,
    api_base: `${vendor.url}/v1`,
    api_key,
    ...more,
  })
  writeConfig(home, {
    model_list: [
      row('row', secrets.row),
      row('anthropicRow', secrets.anthropicRow, { model: 'anthropic-messages/anthropicRow', api_base: vendor.url }),
      row('oddRow', secrets.oddRow),
      row('variable', '${CANARY_VARIABLE}'),
      row('file', 'file://key.txt'),
      row('command', `exec://printf '%s' '${secrets.command}'`),
      row('dotEnv', '${CANARY_DOT}'),
    ],
    agents: { defaults: { model_name: 'row', model_fallbacks: ['anthropicRow'] } },
    channel_list: {
      telegram: { type: 'telegram', enabled: false, settings: { token: secrets.telegram } },
      discord: { type: 'discord', enabled: false, settings: { token: secrets.discord } },
      weixin: { type: 'telegram', enabled: false, settings: { token: secrets.unicode } },
    },
    executor: { type: 'claude-code', openai: { api_key: secrets.executor } },
    gateway: { keys: { client: { key: secrets.gateway } } },
    tools: {
      web: {
        private_host_whitelist: ['127.0.0.1'],
        brave: { enabled: true, api_keys: [secrets.brave], base_url: `${site}/brave` },
        tavily: { enabled: true, api_keys: [secrets.tavily], base_url: `${site}/tavily` },
      },
      skills: {
        registries: { clawhub: { base_url: site, auth_token: secrets.registry } },
        github: { token: secrets.github },
      },
      mcp: {
        enabled: true,
        servers: {
          telling: {
            enabled: true,
            command: process.execPath,
            args: [resolve('test/fakes/telling-mcp.ts')],
            env: { CANARY_MCP_TOKEN: secrets.mcpVariable },
          },
          remote: { enabled: false, type: 'http', url: `${site}/mcp`, headers: { Authorization: secrets.mcpHeader } },
        },
      },
    },
  })
  return {
    home,
    env: {
      CANARY_VARIABLE: secrets.variable,
      GROQ_API_KEY: secrets.vendorVariable,
      https_proxy: `http://someone:${encodeURIComponent(secrets.proxy)}@127.0.0.1:9`,
      no_proxy: '127.0.0.1',
    },
  }
}

/** A secret as it may travel. */
const formsOf = (secret: string): readonly string[] => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  encodeURIComponent(secret),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
]

/** Names of the secrets that a text holds. */
export function secretsIn(text: string | Buffer): readonly string[] {
  const bytes = Buffer.from(text)
  return Object.entries(secrets).flatMap(([name, secret]) =>
    formsOf(secret).some((form) => bytes.includes(form)) ? [name] : [],
  )
}

/** `FILE: SECRET` for each file of a home that holds one it should not. */
export function leaksIn(home: string): readonly string[] {
  return readdirSync(home, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    if (!entry.isFile() || (entry.parentPath === home && planted.has(entry.name))) return []
    const path = join(entry.parentPath, entry.name)
    return secretsIn(readFileSync(path)).map((name) => `${path}: ${name}`)
  })
}
