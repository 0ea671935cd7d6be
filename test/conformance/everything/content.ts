import type { CallToolResult, GetPromptResult } from '@modelcontextprotocol/server'

type Content = CallToolResult['content'][number]

/** A PNG of one red pixel. */
export const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP4z8AAAAMBAQD3A0FDAAAAAElFTkSuQmCC'

/** A WAV of one silent sample: 8 kHz, mono, 8 bit. */
export const WAV = 'UklGRiUAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQEAAACA'

/** A text block. */
export const text = (value: string): Content & { type: 'text' } => ({ type: 'text', text: value })

/** An image block. */
export const image = (): Content & { type: 'image' } => ({
  type: 'image',
  data: PNG,
  mimeType: 'image/png',
})

/** A resource embedded in a result, as text. */
export const embedded = (
  uri: string,
  mimeType: string,
  value: string,
): Content & { type: 'resource' } => ({
  type: 'resource',
  resource: { uri, mimeType, text: value },
})

/** A tool's complete result. */
export const result = (...content: Content[]): CallToolResult => ({ content })

/** A prompt whose messages all come from the user. */
export const userPrompt = (...content: Content[]): GetPromptResult => ({
  messages: content.map((block) => ({ role: 'user', content: block })),
})
