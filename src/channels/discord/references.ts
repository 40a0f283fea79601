/** Ids in Discord's own notations. */
const channelPattern = /<#(\d+)>/
const linkPattern = /https:\/\/(?:(?:canary|ptb)\.)?discord(?:app)?\.com\/channels\/(\d+)\/(\d+)\/(\d+)/

export interface MessageLink {
  readonly guild: string
  readonly channel: string
  readonly message: string
}

/** The first channel that a text names. */
export const channelMention = (text: string): string | undefined => channelPattern.exec(text)?.[1]

/** The first message that a text links to. */
export const messageLink = (text: string): MessageLink | undefined => messageLinks(text)[0]

export function messageLinks(text: string): readonly MessageLink[] {
  return [...text.matchAll(new RegExp(linkPattern, 'g'))].map(([, guild = '', channel = '', message = '']) => ({
    guild,
    channel,
    message,
  }))
}

export interface Names {
  /** Of the bot itself: its own id and the roles it has. */
  readonly own: ReadonlySet<string>
  person(id: string): string | undefined
  channel(id: string): string | undefined
}

/** The words of a message as people read them: the bot's own mention left out, other ids replaced by names. */
export function readable(text: string, names: Names): string {
  return text
    .replaceAll(/<@[!&]?(\d+)>/g, (whole, id: string) => {
      if (names.own.has(id)) return ''
      const name = names.person(id)
      return name === undefined ? whole : `@${name}`
    })
    .replaceAll(new RegExp(channelPattern, 'g'), (whole, id: string) => {
      const name = names.channel(id)
      return name === undefined ? whole : `#${name}`
    })
    .trim()
}
