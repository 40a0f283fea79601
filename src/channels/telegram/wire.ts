/** What we read of the Bot API's objects. */
export interface User {
  readonly id: number
  readonly is_bot?: boolean
  readonly first_name?: string
  readonly last_name?: string
  readonly username?: string
}
export interface Chat {
  readonly id: number
  readonly type: string
  readonly title?: string
  readonly username?: string
}
export interface Entity {
  readonly type: string
  readonly offset: number
  readonly length: number
  readonly user?: User
  readonly url?: string
}
export interface FileFacts {
  readonly file_id: string
  readonly file_name?: string
  readonly mime_type?: string
  readonly file_size?: number
}
export interface Sticker extends FileFacts {
  readonly emoji?: string
  readonly is_animated?: boolean
  readonly is_video?: boolean
}
export interface Place {
  readonly latitude: number
  readonly longitude: number
}
export interface Origin {
  readonly sender_user?: User
  readonly sender_user_name?: string
  readonly sender_chat?: Chat
  readonly chat?: Chat
}
export interface Message {
  readonly message_id: number
  readonly from?: User
  readonly sender_chat?: Chat
  readonly author_signature?: string
  readonly chat: Chat
  readonly message_thread_id?: number
  readonly is_topic_message?: boolean
  readonly is_automatic_forward?: boolean
  readonly text?: string
  readonly entities?: readonly Entity[]
  readonly caption?: string
  readonly caption_entities?: readonly Entity[]
  readonly reply_to_message?: Message
  readonly quote?: { readonly text: string }
  readonly forward_origin?: Origin
  readonly media_group_id?: string
  readonly photo?: readonly (FileFacts & { readonly width?: number; readonly height?: number })[]
  readonly voice?: FileFacts
  readonly audio?: FileFacts & { readonly title?: string }
  readonly document?: FileFacts
  readonly video?: FileFacts
  readonly video_note?: FileFacts
  readonly animation?: FileFacts
  readonly sticker?: Sticker
  readonly location?: Place
  readonly venue?: { readonly location: Place; readonly title: string; readonly address: string }
  readonly contact?: { readonly phone_number: string; readonly first_name: string; readonly last_name?: string }
  readonly poll?: { readonly question: string; readonly options: readonly { readonly text: string }[] }
  readonly dice?: { readonly emoji: string; readonly value: number }
  readonly forum_topic_created?: object
  readonly migrate_to_chat_id?: number
}
export interface Update {
  readonly update_id: number
  readonly message?: Message
  readonly edited_message?: Message
}
/** The kinds of updates that we ask for. */
export const wantedUpdates = ['message', 'edited_message'] as const
