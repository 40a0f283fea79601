import type { FailureKind } from '../../../src/core/failure.ts'
import { chatFaults } from './chat-faults.ts'
import type { Fault } from './fault.ts'
import { messageFaults } from './message-faults.ts'

export const faults: readonly Fault[] = [
  ...chatFaults,
  ...messageFaults.map((fault): Fault => ({
    ...fault,
    name: `messages: ${fault.name}`,
    protocol: 'anthropic-messages',
  })),
]

/** Kinds that no wire can produce, and why. */
export const offTheWire: Partial<Readonly<Record<FailureKind, string>>> = {
  budget: 'Our own cap; nothing sets one yet.',
}
