import { z } from 'zod'
import { isJsonObject } from '../core/json.ts'
import type { Json, JsonObject } from '../core/json.ts'
import { Problem } from '../core/problem.ts'
import type { Effect, Tool, ToolContext, ToolOutput } from '../core/tool.ts'

/** Characters of one text that a model is shown unless the tool says otherwise. */
const usualLimit = 30_000

export interface ToolDefinition<Input extends z.ZodType> {
  readonly name: string
  readonly description: string
  /** An object; properties it does not name are refused. */
  readonly input: Input
  readonly readOnly: boolean
  /** Characters of one text; the rest is left out with a note. */
  readonly limit?: number
  /** What a call does beside answering: a list that holds for every call, or a look at this one. Absent: nothing. */
  readonly effects?: readonly Effect[] | ((input: z.output<Input>, context: ToolContext) => readonly Effect[])
  /** Whom a call would reach, beyond the turn's own chat. */
  destination?(input: z.output<Input>, context: ToolContext): string | undefined
  /** Where all its texts come from, its errors included, when that is outside; see ToolOutput. An output may say otherwise. */
  readonly outside?: string
  /** A text is the whole output. What it throws is told to the model, but for an abort. */
  run(input: z.output<Input>, context: ToolContext): Promise<string | ToolOutput>
}

/** A tool whose input is checked before it runs, as it stands: nothing is converted. An input that is refused has no effects. */
export function defineTool<Input extends z.ZodType>(definition: ToolDefinition<Input>): Tool {
  const { name, description, readOnly, limit = usualLimit, effects, outside } = definition
  const input = strict(definition.input)
  const valid = (raw: unknown) => input.safeParse(raw).data
  return {
    spec: { name, description, input: plain(toJson(input)) },
    readOnly,
    ...(effects && {
      effects(raw, context) {
        const read = valid(raw)
        if (read === undefined) return []
        return typeof effects === 'function' ? effects(read, context) : effects
      },
    }),
    ...(definition.destination && {
      destination(raw, context) {
        const read = valid(raw)
        return read === undefined ? undefined : definition.destination?.(read, context)
      },
    }),
    async run(raw, context) {
      context.signal.throwIfAborted()
      const read = input.safeParse(raw)
      if (!read.success) return told(`Invalid arguments for tool "${name}":\n${faultsOf(read.error)}`, limit)
      try {
        return labelled(clipped(await definition.run(read.data, context), limit), outside)
      } catch (error) {
        if (context.signal.aborted) throw error
        return labelled(told(sentence(error), limit), outside)
      }
    },
  }
}

/** What is wrong with an input, one line each, with its place. */
export function faultsOf({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `- ${[path.join('.'), message].filter(Boolean).join(': ')}`).join('\n')
}

function strict<Input extends z.ZodType>(input: Input): z.ZodType<z.output<Input>> {
  const closed: z.ZodType = input instanceof z.ZodObject && !input.def.catchall ? input.strict() : input
  return closed as z.ZodType<z.output<Input>>
}

function toJson(input: z.ZodType): JsonObject {
  return JSON.parse(JSON.stringify(z.toJSONSchema(input, { io: 'input' }))) as JsonObject
}

/** Without the mark of its dialect and without the bounds that every whole number has. */
function plain(schema: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(schema).flatMap(([key, value]): [string, Json][] => {
      if (key === '$schema' || (typeof value === 'number' && Math.abs(value) === Number.MAX_SAFE_INTEGER)) return []
      return [[key, isJsonObject(value) ? plain(value) : value]]
    }),
  )
}

function labelled(output: ToolOutput, outside: string | undefined): ToolOutput {
  return outside === undefined || output.outside !== undefined ? output : { ...output, outside }
}

function told(text: string, limit: number): ToolOutput {
  return clipped({ content: [{ type: 'text', text }], isError: true }, limit)
}

function clipped(output: string | ToolOutput, limit: number): ToolOutput {
  if (typeof output === 'string') return clipped({ content: [{ type: 'text', text: output }] }, limit)
  return {
    ...output,
    content: output.content.map((part) => (part.type === 'text' ? { ...part, text: clip(part.text, limit) } : part)),
  }
}

function clip(text: string, limit: number): string {
  if (text.length <= limit) return text
  return `${text.slice(0, limit).toWellFormed()}\n[${text.length - limit} more characters were left out.]`
}

function sentence(error: unknown): string {
  if (error instanceof Problem) return [error.message, error.detail.mend].filter(Boolean).join(' ')
  return error instanceof Error ? error.message : String(error)
}
