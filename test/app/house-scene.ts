import { type Assistant, assistant, type AssistantOptions } from '../../src/app/desk/desk.ts'
import { openHouse, type House } from '../../src/app/house.ts'
import { environment } from '../../src/config/environment.ts'
import { type FakeChannel, fakeChannel } from '../fakes/channel.ts'

export interface HouseScene extends AsyncDisposable {
  readonly house: House
  readonly desk: Assistant
  readonly channels: Readonly<Record<string, FakeChannel>>
  /** Resolves with the texts of a channel once they fit. */
  texts(channel: string, fit: (texts: readonly string[]) => boolean): Promise<readonly string[]>
  /** What was logged. */
  readonly log: readonly string[]
}

/** The real house and desk behind fake platforms, on the home's configuration. */
export async function houseScene(
  home: string,
  names: readonly string[],
  more: Pick<AssistantOptions, 'more'> = {},
): Promise<HouseScene> {
  const log: string[] = []
  const house = await openHouse({
    environment: environment({ PATH: process.env['PATH'], HOME: home, PICOCLAW_HOME: home }),
    write: (text) => log.push(text),
    debug: false,
  })
  const heard = new Set<() => void>()
  const channels = Object.fromEntries(
    names.map((name) => [
      name,
      fakeChannel({
        name,
        onSend() {
          // The message is shown right after.
          setImmediate(() => heard.forEach((look) => look()))
        },
      }),
    ]),
  )
  const desk = assistant(house, { stream: true, stays: true, channels: () => names, ...more })
  for (const channel of Object.values(channels)) {
    await desk.road.open(channel)
    await channel.start(desk.road.receiver(channel))
  }
  return {
    house,
    desk,
    channels,
    log,
    texts: (name, fit) =>
      new Promise((resolve) => {
        const look = () => {
          const texts = channels[name]?.texts ?? []
          if (!fit(texts)) return
          heard.delete(look)
          resolve(texts)
        }
        heard.add(look)
        look()
      }),
    async [Symbol.asyncDispose]() {
      desk.helpers.stop()
      const summedUp = desk.summingUp.stop()
      await desk.road.drain(0)
      await summedUp
      await house.close()
    },
  }
}
