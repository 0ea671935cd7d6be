import { parseDocument } from 'htmlparser2'
import { describe, expect, test } from 'vitest'
import { type ConsentView, createPages, type Page } from '../../src/pages/index.ts'
import {
  APP,
  ERROR,
  LOOPBACK,
  samplePages,
  UNVERIFIED,
  VERIFIED,
  VERIFIED_LOOPBACK,
} from '../browser/samples.ts'

type Node = ReturnType<typeof parseDocument>['children'][number]

const TEXT_NODE = 3
const pages = await createPages({ brand: { name: 'Acme Notes' } })
const samples = Object.entries(await samplePages())

/** Everything that a page consists of but its texts and the values of its attributes. */
function skeleton(nodes: readonly Node[]): readonly unknown[] {
  return nodes.flatMap((node) =>
    'attribs' in node
      ? [[node.name, Object.keys(node.attribs), skeleton(node.children)]]
      : node.nodeType === TEXT_NODE
        ? []
        : [node.type],
  )
}

function textOf(nodes: readonly Node[], className?: string): string {
  const found = (node: Node): string => {
    if (node.nodeType === TEXT_NODE && 'data' in node)
      return className === undefined ? node.data : ''
    if (!('attribs' in node) || node.name === 'style') return ''
    const gap = ['dd', 'li', 'code'].includes(node.name) || node.attribs['class'] === 'uri'
    const isIt = className !== undefined && node.attribs['class']?.split(' ').includes(className)
    return `${gap ? ' ' : ''}${textOf(node.children, isIt ? undefined : className)}`
  }
  return nodes.map(found).join('')
}

const read = (view: ConsentView, className?: string): string =>
  textOf(parseDocument(pages.consent(view).html).children, className)
    .replace(/\s+/g, ' ')
    .trim()

describe('headers', () => {
  test.each(samples)(
    'SEC-127 SEC-166 %s is neither stored, framed, sniffed nor referred to',
    (_name, page) => {
      expect(page.headers).toMatchObject({
        'Content-Type': 'text/html; charset=utf-8',
        'X-Frame-Options': 'DENY',
        'X-Content-Type-Options': 'nosniff',
        'Referrer-Policy': 'no-referrer',
        'Cache-Control': 'no-store',
      })
      const policy = page.headers['Content-Security-Policy']?.split('; ')
      expect(policy).toEqual(
        expect.arrayContaining(["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"]),
      )
      expect(page.html).not.toContain('http-equiv')
    },
  )

  test('SEC-168 the policy of a consent page, as a whole', () => {
    const hash = pages
      .consent(VERIFIED)
      .headers['Content-Security-Policy']?.match(/'sha256-[A-Za-z0-9+/]{43}='/)?.[0]
    expect(pages.consent(VERIFIED).headers['Content-Security-Policy']).toBe(
      `default-src 'none'; style-src ${hash}; base-uri 'none'; frame-ancestors 'none'`,
    )
    expect(pages.error(ERROR).headers['Content-Security-Policy']).toBe(
      `default-src 'none'; style-src ${hash}; form-action 'none'; base-uri 'none'; frame-ancestors 'none'`,
    )
  })

  test.each(samples)(
    'SEC-168 %s has no script, and no address that a browser would load',
    (_name, page) => {
      expect(page.html).not.toMatch(
        /<script|<link|<iframe|<object|javascript:|\son\w+=|url\(|@import/i,
      )
      const sources = [...page.html.matchAll(/\s(?:src|srcset)="([^"]*)"/g)].map(([, url]) => url)
      expect(sources.filter((url) => !url?.startsWith('data:image/svg+xml;base64,'))).toEqual([])
    },
  )
})

describe('what a client says about itself', () => {
  const plain = skeleton(parseDocument(pages.consent(UNVERIFIED).html).children)
  const verified = skeleton(parseDocument(pages.consent(VERIFIED).html).children)

  test.each([
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onfocus='alert(1)' autofocus='",
    '</style><script>alert(1)</script>',
    '<!--',
    ']]>',
    '&lt;b&gt;',
    '{name}{domain}{brand}',
    '$& $1 $$',
  ])('SEC-167 %j is text, in every place that a client fills', (name) => {
    const said = {
      clientName: name,
      clientId: name,
      redirectUri: `https://x.example/?q=${name}`,
      signedInAs: name,
      resource: name,
    }
    const view = { ...UNVERIFIED, ...said }
    expect(skeleton(parseDocument(pages.consent(view).html).children)).toEqual(plain)
    expect(read(view, 'name')).toBe(name)
    const known = { ...VERIFIED, clientName: name }
    expect(skeleton(parseDocument(pages.consent(known).html).children)).toEqual(verified)
    expect(read(known, 'name')).toBe(`It calls itself ${name}.`)
  })

  test.each([
    ['a right-to-left override', 'Good\u202eevil', 'Goodevil'],
    ['isolates and marks', '\u2066a\u2069\u200e\u061cb', 'ab'],
    ['zero-width characters', 'G\u200bo\u200co\u200dg\u2060l\ufeffe', 'Google'],
    ['a newline and a tab', 'a\r\n\tb', 'a b'],
    ['line and paragraph separators', 'a\u2028b\u2029c', 'a b c'],
    ['control characters', 'a\u0000b\u001bc\u0085d\u009fe', 'abcde'],
    ['fillers that look like nothing', 'a\u3164b\u115f\uffa0c', 'abc'],
    ['blank Braille and wide spaces', ' \u2800a\u3000\u2003b\u2800 ', 'a b'],
    ['tags and variation selectors', 'a\u{e0041}\u{e007f}\ufe0fb', 'ab'],
    ['a lone surrogate', 'a\ud800b', 'ab'],
    ['private-use characters', 'a\ue000\u{f0000}b', 'ab'],
    ['piled marks', `a${'\u0301'.repeat(30)}b`, `a${'\u0301'.repeat(4)}b`],
  ])('SEC-167 in a name, %s cannot be seen', (_title, clientName, shown) => {
    expect(read({ ...UNVERIFIED, clientName }, 'name')).toBe(shown)
    expect(read({ ...VERIFIED, clientName }, 'name')).toBe(`It calls itself ${shown}.`)
  })

  test.each(['x', '𝒳', 'é'])('SEC-167 of 10,000 times %s, 80 characters are shown', (letter) => {
    const shown = read({ ...UNVERIFIED, clientName: letter.repeat(10_000) }, 'name')
    expect(shown).toBe(`${letter.repeat(79)}…`)
  })

  test.each(['', ' \n', '\u200b\u2800\u3164', undefined])(
    'SEC-167 the name %j is called none',
    (clientName) => {
      const view = { ...UNVERIFIED, clientName }
      expect(read(view, 'name')).toBe('An application without a name')
      expect(read({ ...VERIFIED, clientName }, 'client')).toBe('assistant.example Verified domain')
    },
  )

  test('SEC-167 the name of a known vendor is shown as what it is: said by the client alone', () => {
    expect(read({ ...UNVERIFIED, clientName: 'Microsoft Corporation' }, 'client')).toBe(
      'Microsoft Corporation Not verified The application gave itself this name. Nobody has checked it.',
    )
  })

  test('SEC-168 a client id in the form of a URL is no link, and verifies nothing by itself', () => {
    const view = { ...UNVERIFIED, clientId: 'https://assistant.example/client.json' }
    expect(read(view, 'badge')).toBe('Not verified')
    expect(pages.consent(view).html).not.toContain('href')
  })
})

describe('where the answer goes', () => {
  const told = (view: ConsentView): readonly string[] => [read(view, 'warning'), read(view, 'host')]

  test('SEC-173 AS-08 a program on the user’s machine is warned of, and its host and port are shown', () => {
    expect(told(LOOPBACK)).toEqual([
      'The answer goes to a program on this device, and any program here can pretend to be this application. Allow it only if you have just started it yourself.',
      '127.0.0.1:33418',
    ])
    expect(told({ ...LOOPBACK, redirectUri: 'http://localhost:7777/cb' })[1]).toBe('localhost:7777')
  })

  test('SEC-173 a verified domain does not silence the warning', () => {
    expect(told(VERIFIED_LOOPBACK)).toEqual([
      'The answer goes to a program on this device. It may not be from editor.example: any program here can pretend to be. Allow it only if you have just started it yourself.',
      '127.0.0.1:33418',
    ])
  })

  test('SEC-173 an app is warned of, by its scheme', () => {
    expect(told(APP)).toEqual([
      'The answer goes to whichever app on this device opens editor-app: links, and any app can claim them. Allow it only if you have just started the app yourself.',
      'editor-app:',
    ])
  })

  test('AS-08 a site is named by its host, without a warning', () => {
    expect(told(UNVERIFIED)).toEqual(['', 'team-assistant.example.net'])
  })
})

test('AS-11 a consent page names the client, the third-party scopes and the redirect URI, and has a CSRF token', () => {
  const text = read(UNVERIFIED)
  for (const part of [
    'Team Assistant',
    'https://team-assistant.example.net/oauth/callback',
    'Signed in as ada@acme.example',
    'Access to https://notes.acme.example/mcp',
    'Read your notes notes:read admin Acme Notes will ask login.acme.example for',
    'Confirmation of who you are',
    'Your email address',
    'Access that lasts while you are away',
  ]) {
    expect(text).toContain(part)
  }
  const page: Page = pages.consent(UNVERIFIED)
  expect(page.html).toContain('<input type="hidden" name="csrf_token" value="0.token">')
  expect(page.html).toContain('<form method="post" action="/interaction/x7Jq/consent">')
  expect(page.headers['X-Frame-Options']).toBe('DENY')
})
