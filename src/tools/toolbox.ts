import type { Config } from '../config/schema/config.ts'
import type { Clock } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import type { Tool } from '../core/tool.ts'
import type { Network } from '../kit/network.ts'
import type { Zone } from '../kit/zone.ts'
import { delegateTool } from './agents/delegate.ts'
import { spawnTool, subagentTool } from './agents/spawn.ts'
import { spawnStatusTool } from './agents/status.ts'
import { messageTool } from './chat/message.ts'
import { sendFileTool } from './chat/send-file.ts'
import { sendTtsTool, type Speak } from './chat/send-tts.ts'
import { cronTool } from './cron/index.ts'
import type { ExecOptions } from './exec/engine.ts'
import { bashTool, execTool } from './exec/index.ts'
import { type FileAccess, fileAccess } from './files/access.ts'
import { fileTools } from './files/index.ts'
import { loadImageTool } from './load-image.ts'
import { recallTool, rememberTool } from './memory.ts'
import type { BlobKeeper, Memory, Outbox, Recall, Schedule, SkillFinder, SubAgents } from './ports.ts'
import { findSkillsTool } from './skills/index.ts'
import { chooseEngine, engines, engineSetups } from './web/engines.ts'
import { webFetchTool } from './web/fetch.ts'
import { webSearchTool } from './web/search.ts'
import { privatePlaces } from './web/whitelist.ts'

export interface ToolboxOptions {
  readonly config: Pick<Config, 'tools' | 'agents' | 'timezone'>
  /** Absolute, with its links resolved. */
  readonly workspace: string
  /** Files and folders that no tool and no command may see: configuration, secrets, stores, logs. */
  readonly hidden: readonly string[]
  /** Folders outside the workspace that may always be read: skills of the home, built-in skills. Their links resolved. */
  readonly readable?: readonly string[]
  readonly clock: Clock
  /** The clocks of the people. */
  readonly zone: Zone
  readonly network: Pick<Network, 'fetch'>
  readonly version: string
  /** True when the agent's model searches by itself; then tools.web.prefer_native leaves web_search out. */
  readonly nativeSearch?: boolean
  /** The sandbox and what else a command needs; what the configuration says is added here. Absent: no exec. */
  readonly exec?: Omit<ExecOptions, 'workspace' | 'access' | 'clock' | 'hidden'>
  /** Ports; a tool whose port is absent is not offered. */
  readonly outbox?: Outbox
  readonly blobs?: BlobKeeper
  readonly speak?: Speak
  readonly schedule?: Schedule
  readonly agents?: SubAgents
  readonly memory?: Memory
  readonly recall?: Recall
  readonly skills?: SkillFinder
  /** Tools made elsewhere: those of MCP servers, install_skill. */
  readonly more?: readonly Tool[]
  /** The names that this agent may use; `*` as last character stands for anything. Absent: all. */
  readonly allow?: readonly string[]
}

/** A call may ask for so many times what a command usually gets: a build takes longer than a look. */
const longestTimes = 10

/** The tools of an agent: those that are switched on, have what they need and are on its list, by name. */
export function toolbox(options: ToolboxOptions): readonly Tool[] {
  const { tools } = options.config
  const access = accessOf(options)
  const all = [
    ...fileTools({ access, mode: readMode(tools.read_file.mode), readLimit: tools.read_file.max_read_file_size }),
    ...(options.exec ? [execTool(execOptions({ ...options, exec: options.exec }, access))] : []),
    ...webTools(options),
    ...chatTools(options, access),
    ...agentTools(options),
    ...(options.memory ? [rememberTool(options.memory)] : []),
    ...(options.recall ? [recallTool(options.recall)] : []),
    ...(options.skills && tools.skills.enabled ? [findSkillsTool(options.skills)] : []),
    ...(options.more ?? []),
  ]
  return all
    .filter(({ spec }) => isSwitchedOn(tools, spec.name) && isAllowed(options.allow, spec.name))
    .toSorted(byName)
}

export type CodingOptions = Pick<ToolboxOptions, 'config' | 'workspace' | 'hidden' | 'readable' | 'clock' | 'allow'> &
  Required<Pick<ToolboxOptions, 'exec'>>

/** The tools of an executor that we are ourselves: of its four those that are switched on and on the agent's list, by name. */
export function codingTools(options: CodingOptions): readonly Tool[] {
  const access = accessOf(options)
  return [bashTool(execOptions(options, access)), ...fileTools({ access })]
    .filter(({ spec }) => {
      const names = codingNames[spec.name] ?? []
      return (
        names.some((name) => isAllowed(options.allow, name)) &&
        names.every((name) => isSwitchedOn(options.config.tools, name))
      )
    })
    .toSorted(byName)
}

/** What an executor has, each with the names that it goes by in settings and on lists. */
const codingNames: Readonly<Record<string, readonly string[]>> = {
  bash: ['bash', 'exec'],
  edit_file: ['edit_file'],
  read_file: ['read_file'],
  write_file: ['write_file'],
}

const byName = (left: Tool, right: Tool) => (left.spec.name < right.spec.name ? -1 : 1)

/** What file tools may touch, as the configuration says. */
function accessOf({
  config,
  workspace,
  hidden,
  readable = [],
}: Pick<ToolboxOptions, 'config' | 'workspace' | 'hidden' | 'readable'>): FileAccess {
  const { tools, agents } = config
  return fileAccess({
    workspace,
    hidden,
    restrict: agents.defaults.restrict_to_workspace,
    readOutside: agents.defaults.allow_read_outside_workspace,
    allowRead: [
      ...patterns(tools.allow_read_paths, 'tools.allow_read_paths'),
      ...readable.map((path) => new RegExp(`^${RegExp.escape(path)}(?:/|$)`)),
    ],
    allowWrite: patterns(tools.allow_write_paths, 'tools.allow_write_paths'),
  })
}

/** What a command may do, as the configuration says. */
function execOptions(
  { exec, config, workspace, hidden, clock, readable = [] }: CodingOptions,
  access: FileAccess,
): ExecOptions {
  const section = config.tools.exec
  return {
    timeoutSeconds: section.timeout_seconds,
    longestSeconds: longestTimes * section.timeout_seconds,
    allowRemote: section.allow_remote,
    deny: section.enable_deny_patterns ? patterns(section.custom_deny_patterns, 'tools.exec.custom_deny_patterns') : [],
    permit: patterns(section.custom_allow_patterns, 'tools.exec.custom_allow_patterns'),
    ...exec,
    expose: [...readable.map((path) => ({ path })), ...(exec.expose ?? [])],
    workspace,
    access,
    clock,
    hidden,
  }
}

function webTools({ config, network, version, nativeSearch = false }: ToolboxOptions): readonly Tool[] {
  const { web } = config.tools
  const wanted = web.enabled && !(nativeSearch && web.prefer_native)
  const setup = wanted ? chooseEngine(web.provider, engineSetups(config.tools)) : undefined
  return [
    ...(setup
      ? [webSearchTool({ setup, fetch: network.fetch(engines[setup.name].direct ? undefined : web.proxy) })]
      : []),
    webFetchTool({
      maxBytes: web.fetch_limit_bytes,
      format: web.format === 'markdown' ? 'markdown' : 'plaintext',
      version,
      allow: privatePlaces(web.private_host_whitelist),
    }),
  ]
}

function chatTools(options: ToolboxOptions, access: FileAccess): readonly Tool[] {
  const { outbox, blobs, speak, schedule, clock, zone, config, exec } = options
  const { tools, agents } = config
  const files = { access, maxBytes: agents.defaults.max_media_size }
  return [
    ...(outbox
      ? [messageTool({ outbox, ...(tools.message.media_enabled && { files }) }), sendFileTool({ outbox, files })]
      : []),
    ...(outbox && speak ? [sendTtsTool({ outbox, speak })] : []),
    ...(blobs ? [loadImageTool({ blobs, ...files })] : []),
    ...(schedule
      ? [
          cronTool({
            schedule,
            clock,
            zone,
            named: config.timezone !== undefined,
            commands: exec !== undefined && tools.exec.enabled,
            allowCommand: tools.cron.allow_command,
          }),
        ]
      : []),
  ]
}

function agentTools({ agents, config: { tools } }: ToolboxOptions): readonly Tool[] {
  if (!agents) return []
  const background = tools.subagent.enabled ? [spawnTool(agents), spawnStatusTool(agents)] : []
  return [subagentTool(agents), delegateTool(agents), ...background]
}

/** A name that the configuration does not know is on. */
function isSwitchedOn(tools: Config['tools'], name: string): boolean {
  const section: unknown = Object.hasOwn(tools, name) ? tools[name as keyof Config['tools']] : undefined
  return typeof section !== 'object' || section === null || !('enabled' in section) || section.enabled !== false
}

/** True when a list of names, absent for all, has this one. */
export function isAllowed(allow: readonly string[] | undefined, name: string): boolean {
  if (allow === undefined) return true
  return allow.some((entry) => (entry.endsWith('*') ? name.startsWith(entry.slice(0, -1)) : entry === name))
}

const readMode = (mode: string): 'bytes' | 'lines' => (mode === 'lines' ? 'lines' : 'bytes')

function patterns(texts: readonly string[], at: string): readonly RegExp[] {
  return texts.map((text) => {
    try {
      return new RegExp(text)
    } catch (error) {
      throw new Problem(`"${text}" is no pattern: ${(error as Error).message}.`, {
        at,
        mend: 'Correct the regular expression, or remove it.',
        cause: error,
      })
    }
  })
}
