import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonObject } from '../../src/core/json.ts'
import type { Tool, ToolContext, ToolOutput } from '../../src/core/tool.ts'

/** The context of a turn that nobody stops, on the given channel. */
export function contextOf(channel = 'cli', signal: AbortSignal = new AbortController().signal): ToolContext {
  return {
    session: 'test',
    turn: 'turn-1',
    agent: 'main',
    cause: 'chat',
    origin: { channel, chat: 'direct' },
    sender: { id: 'owner', name: 'Owner' },
    role: 'owner',
    call: 'call-1',
    tainted: false,
    depth: 0,
    signal,
  }
}

/** The words of an output. */
export function wordsOf({ content }: ToolOutput): string {
  return content.map((part) => (part.type === 'text' ? part.text : `<${part.type}>`)).join('')
}

/** Runs a tool and tells its words, and whether it failed. */
export async function call(tool: Tool, input: JsonObject, context = contextOf()) {
  const output = await tool.run(input, context)
  return { text: wordsOf(output), failed: output.isError === true }
}

/** A folder of its own that is gone when the work is done. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'picoclaw-tools-')))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
