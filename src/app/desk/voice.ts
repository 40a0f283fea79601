import { environmentKey } from '../../models/environment.ts'
import type { voiceRoom } from '../../voice/index.ts'
import type { House } from '../house.ts'
import type { Catalogue } from '../catalogue.ts'
import type { AssistantOptions } from './desk.ts'

type Room = ReturnType<typeof voiceRoom>

/** Hearing and speaking as the configuration in use has them; loaded at the first recording. */
export function voice(house: House): Pick<AssistantOptions, 'voice' | 'speak'> {
  let made: { readonly of: Catalogue; readonly room: Promise<Room> } | undefined
  const room = () => {
    const { current } = house
    if (made?.of !== current) made = { of: current, room: openRoom(house, current) }
    return made.room
  }
  return {
    voice: () => ({
      async hear(text, attachments, signal) {
        return (await room()).hear(text, attachments, signal)
      },
    }),
    speak() {
      if (!house.current.loaded.config.voice.tts_model_name) return undefined
      return async (text, signal) => {
        const { speak } = await room()
        if (!speak) throw new Error('Nobody is set up to speak (voice.tts_model_name).')
        return speak(text, signal)
      }
    },
  }
}

async function openRoom(house: House, { loaded, sources, registry }: Catalogue): Promise<Room> {
  const { clock, log, network, fleet, environment } = house
  const path = environment.vars['PATH'] ?? ''
  const [{ voiceRoom }, { ffmpegConvert }] = await Promise.all([
    import('../../voice/index.ts'),
    import('../../voice/convert.ts'),
  ])
  return voiceRoom(
    {
      voice: loaded.config.voice,
      entries: sources.entries,
      keyFor: (vendor) => environmentKey(environment.vars, vendor),
    },
    {
      clock,
      log,
      fetchFor: ({ proxy }) => network.fetch(proxy),
      provider: (name) => fleet.chain(registry.chain(name, [])),
      convert: ffmpegConvert(path, clock),
      path,
    },
  )
}
