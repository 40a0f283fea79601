import { Problem } from '../core/problem.ts'
import type { ModelRow } from '../models/row.ts'
import { accepted, present } from './accepted.ts'
import { rulesFromBindings } from './bindings.ts'
import { check, together } from './check.ts'
import { defaultWorkspace, expandHome, type Environment } from './environment.ts'
import { faultOf, originText } from './faults.ts'
import { fetcherFor, isReference, type Trust } from './fetcher.ts'
import { fit } from './fit.ts'
import { skipUnusable } from './forms/channels.ts'
import { presentForm, wrapBareRow } from './forms/forms.ts'
import { put } from './forms/move.ts'
import { sessionForms } from './forms/session.ts'
import { readInputs } from './inputs.ts'
import { holdsSecrets, modeWarnings } from './modes.ts'
import { override } from './overrides.ts'
import { parseConfig } from './parse.ts'
import { rowsFromProviders } from './providers.ts'
import { resolveReferences, type Fetcher } from './references.ts'
import type { Config } from './schema/config.ts'
import { secretsOf } from './secrets.ts'
import type { SourceText } from './source-text.ts'
import { at, replaceScalars, scalar, table, type Path, type Scalar, type Table } from './tree.ts'
import { takeUnknown, unknownWarning } from './unknown-keys.ts'
import { unreadWarnings } from './unread.ts'
import { walk } from './walk.ts'
import type { Warning } from './warning.ts'

export interface LoadOptions {
  /** Read instead of the file, for example a proposal that is not saved yet. */
  readonly text?: string
  /** `remote` refuses `exec://`. */
  readonly trust?: Trust
  /** Longest time for one `exec://` command. */
  readonly commandTimeoutMs?: number
}

export interface Loaded {
  readonly config: Config
  /** Rows that the old `providers` section stands for. They come after `config.model_list` and before anything built in. */
  readonly converted: readonly ModelRow[]
  readonly warnings: readonly Warning[]
  /** Every secret value that was resolved, for redaction. */
  readonly secrets: readonly string[]
  /** The files that were read, those of `file://` among them. */
  readonly files: readonly string[]
  /** What the config, `.security.yml` and `.env` held when they were read, as short texts. */
  readonly digests: ReadonlyMap<string, string>
  /** The environment with what `.env` adds. */
  readonly environment: Environment
  /** The variables that were looked for in it because the config names them, and those that override the config. */
  readonly variables: ReadonlySet<string>
  /** Where the value at a path of the present form came from: `file:line:column`, `environment NAME` or `default`. */
  readonly source: (path: Path) => string
  /** The config before the schema’s defaults, in the present form. */
  readonly tree: Table
}

/** Reads config.json and what belongs to it. A missing file means the defaults; a mistake is a Problem with its place. Nothing is written. */
export async function loadConfig(given: Environment, options: LoadOptions = {}): Promise<Loaded> {
  const path = given.configPath
  const { text, security, envFile, files, digests } = await readInputs(given, options.text)
  const { environment, names } = envFile
  const { trust = 'local', ...limits } = options
  const fetcher = fetcherFor(environment, { trust, files, ...limits })
  const variables = new Set<string>()

  const warnings: Warning[] = []
  const root = text === undefined ? table() : readRoot({ path, text }, warnings)
  warnings.push(...wrapBareRow(root))
  checkVersion(root)
  const unknown = takeUnknown(root)
  warnings.push(...unknown.map(unknownWarning))
  await resolve(root, accepted, environment, fetcher, variables)
  const { blanks, ...fitted } = fit(root, accepted)
  refuse(fitted.faults)
  warnings.push(...fitted.warnings, ...presentForm(root))
  if (security !== undefined) warnings.push(...(await addSecurityFile(root, security, environment, fetcher, variables)))
  warnings.push(...override(root, environment, envFile.path, names ?? new Set()))
  for (const { tree } of walk(root, present)) if (tree.origin.kind === 'environment') variables.add(tree.origin.name)
  await resolveOverrides(root, fetcher)
  sessionForms(root)
  put(root, ['agents', 'defaults', 'workspace'], scalar(defaultWorkspace(environment)))
  expandPaths(root, environment)
  warnings.push(...skipUnusable(root, blanks, unknown), ...unreadWarnings(root))
  const config = finish(check(root, unknown))

  const secretFiles = [
    ...(text !== undefined && options.text === undefined && holdsSecrets(root, path) ? [path] : []),
    ...[...files].filter((file) => file !== path),
  ]
  warnings.push(...(await modeWarnings(environment, secretFiles)))
  return {
    config,
    converted: rowsFromProviders(config),
    warnings,
    secrets: secretsOf(root),
    files: [...files],
    digests,
    environment,
    variables,
    source: sourceIn(root),
    tree: root,
  }
}

function readRoot(source: SourceText, warnings: Warning[]): Table {
  if (source.text.length <= 10 && /^[\s{}[\]]*$/.test(source.text)) {
    warnings.push({ at: source.path, text: 'The config is empty; the defaults count.', mend: 'Run picoclaw onboard.' })
    return table()
  }
  const parsed = parseConfig(source)
  warnings.push(...parsed.warnings)
  return parsed.root
}

function checkVersion(root: Table): void {
  const version = at(root, 'version')
  if (version === undefined) return
  const value = version.kind === 'scalar' ? version.value : 'of this kind'
  if (typeof value === 'number' && [0, 1, 2, 3].includes(value)) return
  throw faultOf(
    version.origin,
    ['version'],
    `The version ${value} of the config is not known; 0 to 3 are.`,
    'Use the picoclaw that wrote this file, or write the layout of version 3.',
  )
}

async function resolve(...references: Parameters<typeof resolveReferences>): Promise<void> {
  refuse(await resolveReferences(...references))
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw together(problems)
}

async function addSecurityFile(
  root: Table,
  source: SourceText,
  environment: Environment,
  fetcher: Fetcher,
  variables: Set<string>,
): Promise<readonly Warning[]> {
  const { overlay, parseSecurityFile } = await import('./security-file.ts')
  const secrets = parseSecurityFile(source)
  await resolve(secrets, { kind: 'free', hides: 'secret' }, environment, fetcher, variables)
  const warnings = [...overlay(root, secrets)]
  const unknown = takeUnknown(root, present)
  const fitted = fit(root, present)
  refuse(fitted.faults)
  return [...warnings, ...unknown.map(unknownWarning), ...fitted.warnings]
}

/** A variable may name a file or hold an encrypted secret, never a command. */
async function resolveOverrides(root: Table, fetcher: Fetcher): Promise<void> {
  const found = new Map<Scalar, Scalar>()
  for (const { tree, known } of walk(root, present)) {
    if (tree.kind !== 'scalar' || tree.origin.kind !== 'environment' || known.hides === undefined) continue
    const text = String(tree.value)
    if (!isReference(text) || text.startsWith('exec://')) continue
    const value = await fetcher(text)?.catch((error: unknown) => {
      throw error instanceof Problem ? faultOf(tree.origin, [], error.message, error.detail.mend ?? '') : error
    })
    if (value !== undefined) found.set(tree, { ...tree, value, referred: true })
  }
  replaceScalars(root, found)
}

function expandPaths(root: Table, { userHome }: Environment): void {
  const found = new Map<Scalar, Scalar>()
  for (const { tree, known } of walk(root, present)) {
    if (known.isPath !== true || tree.kind !== 'scalar' || typeof tree.value !== 'string') continue
    found.set(tree, { ...tree, value: expandHome(tree.value, userHome) })
  }
  replaceScalars(root, found)
}

/** Old bindings count where no rules are given. */
function finish(config: Config): Config {
  const { agents, bindings, session } = config
  if (bindings.length === 0 || agents.dispatch.rules.length > 0) return config
  const rules = rulesFromBindings(bindings, session.identity_links)
  return { ...config, agents: { ...agents, dispatch: { ...agents.dispatch, rules } } }
}

function sourceIn(root: Table): (path: Path) => string {
  return (path) => {
    const origin = at(root, ...path)?.origin
    return origin === undefined || origin.kind === 'default' ? 'default' : originText(origin, path)
  }
}
