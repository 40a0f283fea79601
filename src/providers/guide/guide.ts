import { noUsage } from '../../core/chat.ts'
import { spell } from '../../core/collect.ts'
import { textOf } from '../../core/message.ts'
import type { Provider } from '../../core/provider.ts'
import { finder, type GuideDocument } from './answer.ts'

/** What was found on this machine. */
export interface Found {
  readonly keys: readonly { readonly label: string; readonly env: string }[]
  readonly servers: readonly { readonly label: string; readonly url: string; readonly models: readonly string[] }[]
  readonly configPath: string
}

export interface GuideOptions {
  readonly documents: readonly GuideDocument[]
  readonly found: Found
}

const name = 'builtin/guide'

/**
 * The embedded default: no key, no network, no model. It greets, tells what it found and how to add a real model, and answers questions
 * about setting picoclaw up from the bundled documentation.
 */
export function guide({ documents, found }: GuideOptions): Provider {
  const find = finder(documents)
  return {
    name,
    async open(call) {
      const question = call.request().messages.findLast((message) => message.role === 'user')
      const text = reply(question ? textOf(question).trim() : '', find, found)
      const answer = {
        id: call.id,
        model: name,
        message: { role: 'assistant' as const, parts: [{ type: 'text' as const, text }] },
        stop: 'end' as const,
        usage: noUsage,
      }
      return {
        type: 'events',
        by: { endpoint: name, vendor: 'builtin', model: 'guide' },
        attempts: [],
        notes: [],
        end: Promise.resolve({ stop: 'end', usage: noUsage, model: name, costMicros: 0 }),
        events: (async function* () {
          yield* spell(answer)
        })(),
      }
    },
  }
}

const who = "I am picoclaw's built-in guide: not an AI model, but a small program that knows picoclaw's documentation."

function reply(question: string, find: ReturnType<typeof finder>, found: Found): string {
  if (isGreeting(question)) return `Hello! ${who}\n\n${findings(found)}\n\n${nextStep(found)}`
  const section = find(question)
  if (section) return `${who} It says this (${section.file}, "${section.heading}"):\n\n${section.body}`
  return `${who} I have no answer to that. I can answer questions about setting picoclaw up: models, keys, the configuration, fallbacks, local servers, troubleshooting.\n\n${nextStep(found)}`
}

function isGreeting(text: string): boolean {
  return (
    text === '' ||
    /^(?:hello|hi|hey|hallo|hola|bonjour|ciao|good (?:morning|day|evening)|你好|您好|こんにちは|안녕하세요|привет|test|ping)[\s!.,…👋]*(?:picoclaw|there|world)?[\s!.,…👋]*$/iu.test(
      text,
    )
  )
}

function findings({ keys, servers }: Found): string {
  if (keys.length + servers.length === 0)
    return 'I looked for keys in the environment and for a local model server (Ollama, LM Studio, vLLM, llama.cpp) and found neither.'
  const lines = [
    ...keys.map(({ label, env }) => `- ${label}: the key in ${env}`),
    ...servers.map(
      ({ label, url, models }) =>
        `- ${label} at ${url}${models.length > 0 ? ` with ${models.join(', ')}` : ', without a model'}`,
    ),
  ]
  return `I found:\n${lines.join('\n')}`
}

function nextStep({ configPath }: Found): string {
  return `To talk to a real model, give picoclaw a key and ask again, for example:

    export OPENROUTER_API_KEY=your-key

or start Ollama with a model, or run: picoclaw models add main openrouter/auto --key '\${OPENROUTER_API_KEY}' (it writes ${configPath}).`
}
