import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { isJsonObject, type Json } from '../../src/core/json.ts'
import { Problem } from '../../src/core/problem.ts'
import { defaultWorkspace, type Environment, environment } from '../../src/config/environment.ts'
import { explain } from '../../src/config/explain.ts'
import { fetcherFor } from '../../src/config/fetcher.ts'
import { listFromText } from '../../src/config/fit.ts'
import { writtenAgentModel } from '../../src/config/forms/agents.ts'
import { securityFilePath } from '../../src/config/inputs.ts'
import { loadConfig, type Loaded } from '../../src/config/load.ts'
import { legacyModel } from '../../src/config/providers.ts'
import { decrypt, encrypt, keyFor } from '../../src/config/secret-box.ts'

interface Files {
  readonly [name: string]: string
}
interface LoadInput {
  readonly config?: Json
  readonly raw?: string
  readonly securityYaml?: string
  readonly files?: Files
  readonly env?: Readonly<Record<string, string>>
}

const load = (input: LoadInput): Promise<Loaded> => inHome(input, loadConfig)

/** Does `work` with a config in a folder of its own and nothing in the environment but what is given. */
export async function inHome<T>(input: LoadInput, work: (environment: Environment) => Promise<T>): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'picoclaw-vector-'))
  try {
    const files: Files = {
      'config.json': input.raw ?? JSON.stringify(input.config ?? {}),
      ...(input.securityYaml === undefined ? {} : { '.security.yml': input.securityYaml }),
      ...input.files,
    }
    for (const [name, text] of Object.entries(files)) await writeFile(join(home, name), text, { mode: 0o600 })
    return await work(environment({ PICOCLAW_HOME: home, HOME: home, ...input.env }))
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

const sections = (config: Json) => load({ config })

/** The outcome of `loadConfig`, with the place of an error apart. */
async function outcome(input: LoadInput): Promise<unknown> {
  const { config, warnings } = await load(input)
  return {
    root: config,
    modelListLength: config.model_list.length,
    unknownKeys: warnings.flatMap(({ unknownKey }) => (unknownKey === undefined ? [] : [unknownKey])),
    warnings: warnings.map(({ at, text, mend = '' }) => `${at}: ${text} ${mend}`),
  }
}

const object = (value: unknown): Record<string, Json> => (isJsonObject(value) ? { ...value } : {})
const text = (value: unknown): string => (typeof value === 'string' ? value : '')

async function validate(rows: Json): Promise<{ valid: boolean; error?: string }> {
  try {
    await sections({ model_list: rows })
    return { valid: true }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return { valid: false, error: `${error.message} ${error.detail.at} ${error.detail.mend}` }
  }
}

async function resolveCredential(input: Record<string, Json>): Promise<{ value: string }> {
  const home = await mkdtemp(join(tmpdir(), 'picoclaw-secret-'))
  try {
    const keyFile = input['sshKeyFileText']
    const files: Record<string, Json> = {
      ...object(input['files']),
      ...(keyFile === undefined ? {} : { '.ssh/picoclaw_ed25519.key': keyFile }),
    }
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(home, name)), { recursive: true })
      await writeFile(join(home, name), text(content), { mode: 0o600 })
    }
    const vars = Object.fromEntries(Object.entries(object(input['env'])).map(([name, value]) => [name, text(value)]))
    const place = environment({ HOME: home, PICOCLAW_HOME: home, ...vars })
    const raw = text(input['raw'])
    return { value: (await fetcherFor(place, { trust: 'local', files: new Set() })(raw)) ?? raw }
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

/** One adapter for each unit of the suite config, and for the credential units of the suite auth. */
export const adapters: Record<string, (input: unknown) => unknown> = {
  parseListText: (input) => (text(input).trim() === '' ? null : listFromText(text(input))),
  parseListJson: async (input) => {
    if (input === null) return null
    const { config } = await sections({ agents: { defaults: { image_model_fallbacks: input as Json } } })
    return config.agents.defaults.image_model_fallbacks
  },
  effectiveFilterMinLength: async (input) =>
    (await sections({ tools: { filter_min_length: input as Json } })).config.tools.filter_min_length,
  parseAgentModel: async (input) => {
    const { config } = await sections({ agents: { list: [{ id: 'a', model: input as Json }] } })
    const { primary, fallbacks = [] } = config.agents.list[0]?.model ?? {}
    return { primary, fallbacks }
  },
  serializeAgentModel: (input) => writtenAgentModel(object(input)),
  securityFilePath: (input) => securityFilePath(text(input)),
  defaultWorkspacePath: (input) =>
    defaultWorkspace(environment(object(object(input)['env']) as Record<string, string>)),
  effectiveDmScope: async (input) =>
    (await sections({ session: object(input)['session'] ?? {} })).config.session.dm_scope,
  defaultConfigValue: async (input) => explain(await sections({}), text(input)).value ?? null,
  loadConfig: (input) => outcome(object(input)),
  gatewayLogLevel: async (input) => (await load(object(input))).config.gateway.log_level,
  convertLegacyProviders: async (input) => {
    const { converted } = await sections(object(input))
    return { entries: converted, count: converted.length, modelNames: converted.map(({ model_name }) => model_name) }
  },
  legacyModelRef: (input) => legacyModel(text(object(input)['protocol']), text(object(input)['model'])),
  mergeApiKeys: async (input) => {
    const { config } = await sections({ model_list: [{ model_name: 'a', model: 'openai/a', ...object(input) }] })
    return config.model_list[0]?.api_keys ?? []
  },
  validateModelEntry: (input) => validate([object(input)]),
  validateModelList: (input) => validate(input as Json),
  resolveCredential: (input) => resolveCredential(object(input)),
  encryptCredential: (input) => {
    const { passphrase, plaintext } = object(input)
    return { value: encrypt({ passphrase: text(passphrase), keyFile: new Uint8Array(32) }, text(plaintext)) }
  },
  encryptCredentialDeterministic: (input) => {
    const { passphrase, sshKeyFileText, plaintext, saltHex, nonceHex } = object(input)
    const lock = { passphrase: text(passphrase), keyFile: Buffer.from(text(sshKeyFileText)) }
    const salt = Buffer.from(text(saltHex), 'hex')
    const value = encrypt(lock, text(plaintext), salt, Buffer.from(text(nonceHex), 'hex'))
    if (decrypt(lock, value) !== text(plaintext)) throw new Error('it does not open again')
    return { keyHex: keyFor(lock, salt).toString('hex'), value }
  },
}
