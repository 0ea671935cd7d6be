import { createHmac, timingSafeEqual } from 'node:crypto'
import type { KeyRing, RingKey } from '../keys/index.ts'
import { randomId } from '../runtime/index.ts'

/** What the form of a page was rendered for. */
export interface FormSubject {
  readonly uid: string
  readonly attempt: number
  /** What the page said about the client. */
  readonly documentHash: string
}

/** Tokens that only a page of this server can hold, against forged requests. */
export interface FormTokens {
  /** A new one for every page; all of them are good until the interaction ends. */
  issue(subject: FormSubject): Promise<string>
  /** What the token was made for, or `undefined` for one of another interaction or of nobody. */
  open(token: string, uid: string): Promise<Omit<FormSubject, 'uid'> | undefined>
}

const PURPOSE = 'mcp-gatehouse consent form'
const TOKEN = /^(\d{1,12})\.([\w-]{43})\.([\w-]{36})\.([\w-]{43})$/

/** Creates tokens that are signed with HMAC-SHA-256 and the keys of the cookies. */
export function createFormTokens(keys: KeyRing): FormTokens {
  return {
    async issue({ uid, attempt, documentHash }) {
      const body = `${attempt}.${documentHash}.${randomId()}`
      return `${body}.${sign(await keys.current(), uid, body)}`
    },
    async open(token, uid) {
      const [, attempt, documentHash, render, mac] = TOKEN.exec(token) ?? []
      if (documentHash === undefined || mac === undefined) return undefined
      const body = `${attempt}.${documentHash}.${render}`
      const isOurs = (await keys.all()).some((key) => isEqual(sign(key, uid, body), mac))
      return isOurs ? { attempt: Number(attempt), documentHash } : undefined
    },
  }
}

function sign(key: RingKey, uid: string, body: string): string {
  const secret = Buffer.from(String(key.reveal().k), 'base64url')
  return createHmac('sha256', secret).update(`${PURPOSE}\n${uid}\n${body}`).digest('base64url')
}

function isEqual(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one), Buffer.from(other))
}
