import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonObject } from '../../src/core/json.ts'
import type { Tool } from '../../src/core/tool.ts'
import { systemClock } from '../../src/kit/clock.ts'
import { localZone } from '../../src/kit/zone.ts'
import { delegateTool } from '../../src/tools/agents/delegate.ts'
import { spawnTool } from '../../src/tools/agents/spawn.ts'
import { messageTool } from '../../src/tools/chat/message.ts'
import { cronTool } from '../../src/tools/cron/index.ts'
import type { ExecOptions } from '../../src/tools/exec/engine.ts'
import { mayExec } from '../../src/tools/exec/gate.ts'
import { execTool } from '../../src/tools/exec/index.ts'
import { fileAccess } from '../../src/tools/files/access.ts'
import { fileTools } from '../../src/tools/files/index.ts'
import { checkOf } from '../../src/tools/json-schema.ts'
import { fakeOutbox, fakeSchedule, fakeSubAgents } from '../fakes/tool-ports.ts'
import { contextOf } from '../tools/context.ts'
import type { Adapters } from './adapters.ts'

async function inWorkspace<T>(work: (workspace: string) => Promise<T>): Promise<T> {
  const workspace = await realpath(await mkdtemp(join(tmpdir(), 'picoclaw-vector-')))
  try {
    return await work(workspace)
  } finally {
    await rm(workspace, { recursive: true, force: true })
  }
}

async function run(tool: Tool | undefined, input: JsonObject, context = contextOf()) {
  const output = await tool?.run(input, context)
  const text = output?.content.map((part) => (part.type === 'text' ? part.text : '')).join('') ?? ''
  return { text, error: output?.isError === true ? text : null }
}

/** Calls a file tool in a workspace with one file, `file.txt`; a missing content is a missing file. */
function onFile(name: string, content: string | undefined, input: JsonObject, mode: 'bytes' | 'lines' = 'bytes') {
  return inWorkspace(async (workspace) => {
    const path = join(workspace, 'file.txt')
    if (content !== undefined) await writeFile(path, content)
    const tools = fileTools({ access: fileAccess({ workspace }), mode })
    const told = await run(
      tools.find(({ spec }) => spec.name === name),
      { path: 'file.txt', ...input },
    )
    return { ...told, after: await readFile(path, 'utf8') }
  })
}

const said = ({ text, error }: { readonly text: string; readonly error: string | null }) =>
  error === null ? text : { error }

function execIn(workspace: string, sandbox: ExecOptions['sandbox']): Tool {
  return execTool({
    workspace,
    access: fileAccess({ workspace }),
    clock: systemClock,
    sandbox,
    allowUnsandboxed: () => Promise.resolve(true),
  })
}

export const adapters: Adapters = {
  validateToolArgs({ schema, args }: { schema: JsonObject; args: JsonObject | null }) {
    const error = checkOf(schema)(args)
    return error === undefined ? { ok: true } : { ok: false, error }
  },
  async editFile({ content, ...texts }: { content: string; old_text: string; new_text: string }) {
    const { error, after } = await onFile('edit_file', content, texts)
    if (error !== null && after !== content) return { changed: after }
    return error === null ? { result: after } : { error }
  },
  readFileBytes: async ({ content, ...page }: { content: string; offset: number; length?: number }) =>
    said(await onFile('read_file', content, page)),
  readFileLines: async ({ content, startLine, maxLines }: { content: string; startLine: number; maxLines?: number }) =>
    said(
      await onFile(
        'read_file',
        content,
        { start_line: startLine, ...(maxLines !== undefined && { max_lines: maxLines }) },
        'lines',
      ),
    ),
  async writeFile({ exists, overwrite }: { exists: boolean; overwrite: boolean | null }) {
    const input = { content: 'new', ...(overwrite !== null && { overwrite }) }
    const { error } = await onFile('write_file', exists ? 'old' : undefined, input)
    return { error }
  },
  execResult: ({ command }: { command: string }) =>
    inWorkspace(async (workspace) => {
      const { error } = await run(
        execIn(workspace, () => Promise.resolve({ missing: 'not asked for' })),
        { command },
      )
      return { error }
    }),
  execAllowedFromChannel: ({ allowRemote, channel }: { allowRemote: boolean; channel: string }) =>
    mayExec(allowRemote, channel),
  /** The sandbox is one that runs nothing and shows what came to it: a command refused for its wording never does. */
  execRefusedByText: (command: string) =>
    inWorkspace(async (workspace) => {
      const seen: string[] = []
      const sandbox = {
        wrap(wanted: string) {
          seen.push(wanted)
          return Promise.resolve(['/bin/true'])
        },
      }
      await run(
        execIn(workspace, () => Promise.resolve(sandbox)),
        { command },
      )
      return !seen.includes(command)
    }),
  spawnRejects: (input: JsonObject) => run(spawnTool(fakeSubAgents()), input),
  delegateRejects: (input: JsonObject) => run(delegateTool(fakeSubAgents()), input),
  async cronUpdateRejects(input: JsonObject) {
    const tool = cronTool({
      schedule: fakeSchedule(),
      clock: systemClock,
      zone: localZone(),
      named: false,
      commands: true,
      allowCommand: true,
    })
    const added = await run(tool, { action: 'add', message: 'x', every_seconds: 60 })
    const [, job = ''] = /id: ([^,)]+)/.exec(added.text) ?? []
    return run(
      tool,
      Object.fromEntries(Object.entries(input).map(([key, value]) => [key, value === '$JOB' ? job : value])),
    )
  },
  messageTool({ context, args, sendError }: MessageCall) {
    const outbox = fakeOutbox(sendError === undefined ? undefined : new Error(sendError))
    const origin = { channel: context?.channel ?? '', chat: context?.chatId ?? '' }
    return run(messageTool({ outbox }), args, { ...contextOf(), origin })
  },
}

interface MessageCall {
  readonly context: { readonly channel: string; readonly chatId: string } | null
  readonly args: JsonObject
  readonly sendError?: string
}
