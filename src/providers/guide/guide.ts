import { noUsage } from '../../core/chat.ts'
import { spell } from '../../core/collect.ts'
import { Failure } from '../../core/failure.ts'
import type { Provider } from '../../core/provider.ts'
import { finder, type GuideDocument } from './answer.ts'
import { isGreeting, isSmallTalk } from './greeting.ts'
import { findings, type Found, nextStep } from './next-step.ts'

export type { Found } from './next-step.ts'

export interface GuideOptions {
  readonly documents: readonly GuideDocument[]
  readonly found: Found
}

const name = 'builtin/guide'

/**
 * The embedded default: no key, no network, no model. It greets, tells what it found and how to add a real model, and answers questions
 * about setting picoclaw up from the bundled documentation. Only the last message of the user counts.
 */
export function guide({ documents, found }: GuideOptions): Provider {
  const find = finder(documents)
  return {
    name,
    async open(call, signal) {
      if (signal.aborted)
        throw new Failure('aborted', 'The answer was stopped.', { endpoint: name, cause: signal.reason })
      const question = call.request().messages.findLast((message) => message.role === 'user')
      // What else stands in the message, such as the time, comes before the person's own words.
      const words = question?.parts.findLast((part) => part.type === 'text')
      const text = reply(words?.text.trim() ?? '', find, found)
      // One part for each paragraph, so that it arrives as an answer of a model does; `collect` joins them again.
      const parts = text.split(/(?<=\n\n)/).map((text) => ({ type: 'text' as const, text }))
      const answer = {
        id: call.id,
        model: name,
        message: { role: 'assistant' as const, parts },
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
  const greeting = `Hello! ${who}\n\n${findings(found)}\n\n${nextStep(found)}`
  if (isGreeting(question)) return greeting
  const section = find(question)
  if (section) return `${who} It says this (${section.file}, "${section.heading}"):\n\n${section.body}`
  if (isSmallTalk(question)) return greeting
  return `${who} I have no answer to that. I can answer questions about setting picoclaw up: models, keys, the configuration, fallbacks, local servers, troubleshooting.\n\n${nextStep(found)}`
}
