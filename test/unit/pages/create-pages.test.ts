import { describe, expect, test } from 'vitest'
import { createPages, type PagesOptions, type PageTexts } from '../../../src/pages/index.ts'
import { ERROR, SIGN_IN, UNVERIFIED, VERIFIED } from '../../browser/samples.ts'

const name = 'Acme'
const PNG = 'data:image/png;base64,iVBORw0KGgo='

describe('options', () => {
  test.each<[string, unknown, string]>([
    ['no brand', {}, 'brand.name'],
    ['no name', { brand: {} }, 'brand.name'],
    ['an empty name', { brand: { name: ' ' } }, 'brand.name'],
    ['a name with an invisible character', { brand: { name: 'Ac\u200bme' } }, 'brand.name'],
    ['a long name', { brand: { name: 'x'.repeat(81) } }, 'brand.name'],
    ['a colour by name', { brand: { name, color: 'red' } }, 'brand.color'],
    ['a colour with more', { brand: { name, color: '#fff;}' } }, 'brand.color'],
    ['a colour that is a number', { brand: { name, color: 7 } }, 'brand.color'],
    ['a logo elsewhere', { brand: { name, logo: 'https://cdn.example/l.png' } }, 'brand.logo'],
    ['a logo in HTML', { brand: { name, logo: 'data:text/html;base64,AAAA' } }, 'brand.logo'],
    ['a logo with a quote', { brand: { name, logo: `${PNG}" onload="` } }, 'brand.logo'],
    ['a big logo', { brand: { name, logo: PNG + 'A'.repeat(64_000) } }, 'brand.logo'],
    ['a dark logo alone', { brand: { name, darkLogo: PNG } }, 'brand.logo'],
    ['a text of another type', { brand: { name }, texts: { allow: 7 } }, 'texts.allow'],
    ['an empty text', { brand: { name }, texts: { allow: '' } }, 'texts.allow'],
    ['a language that is none', { brand: { name }, texts: { lang: '"><b>' } }, 'texts.lang'],
    ['an odd direction', { brand: { name }, texts: { direction: 'up' } }, 'texts.direction'],
    ['an error without remedy', withErrors({ x: { cause: 'A' } }), 'texts.errors.x.remedy'],
    ['an error that is a text', withErrors({ x: 'A' }), 'texts.errors.x'],
  ])('%s is refused', async (_title, options, subject) => {
    await expect(createPages(options as PagesOptions)).rejects.toMatchObject({
      code: 'ERR_CONFIG_OPTION_TYPE',
      message: expect.stringContaining(subject) as string,
    })
  })

  test.each<[string, unknown, string]>([
    ['a text that does not exist', { brand: { name }, texts: { Allow: 'Yes' } }, 'texts.Allow'],
    [
      'a place that does not exist',
      { brand: { name }, texts: { consentTitle: '{client}?' } },
      'texts.consentTitle: {client}',
    ],
  ])('%s is refused', async (_title, options, subject) => {
    await expect(createPages(options as PagesOptions)).rejects.toMatchObject({
      code: 'ERR_CONFIG_OPTION_UNKNOWN',
      message: expect.stringContaining(subject) as string,
    })
  })
})

describe('texts', () => {
  const HEBREW: Partial<PageTexts> = {
    lang: 'he',
    direction: 'rtl',
    consentTitle: 'לאפשר גישה אל {brand}?',
    allow: 'לאשר',
    upstreamScopes: { openid: 'זהות' },
    errors: { form_forged: { cause: 'הטופס אינו שלנו.', remedy: 'נסו שוב.' } },
  }

  test('a page is in the language of its texts, and in English where there are none', async () => {
    const pages = await createPages({ brand: { name }, texts: HEBREW })
    const { html } = pages.consent(VERIFIED)
    expect(html).toContain('<html lang="he" dir="rtl">')
    expect(html).toContain('<h1>לאפשר גישה אל Acme?</h1>')
    expect(html).toContain('>לאשר</button>')
    expect(html).toContain('<li>זהות</li><li>email</li>')
    expect(html).toContain('>Deny</button>')
  })

  test('an error is found by its code', async () => {
    const pages = await createPages({ brand: { name }, texts: HEBREW })
    expect(pages.error({ ...ERROR, code: 'form_forged' }).html).toContain('<p>הטופס אינו שלנו.</p>')
    expect(pages.error({ ...ERROR, code: 'toString' }).html).toContain(`<p>${ERROR.cause}</p>`)
    expect(pages.error(ERROR).html).toContain(`<p>${ERROR.remedy}</p>`)
  })
})

describe('pages', () => {
  test('the forms have the fields that the server reads', async () => {
    const pages = await createPages({ brand: { name } })
    const namesIn = (html: string): readonly string[] =>
      [...html.matchAll(/ name="(\w+)" value="([^"]*)"/g)].map((match) => match.slice(1).join('='))
    expect(namesIn(pages.consent(VERIFIED).html)).toEqual([
      'csrf_token=0.token',
      'remember=yes',
      'decision=deny',
      'decision=allow',
    ])
    expect(namesIn(pages.consent({ ...UNVERIFIED, canRemember: false }).html)).toEqual([
      'csrf_token=0.token',
      'decision=deny',
      'decision=allow',
    ])
    expect(pages.consent(VERIFIED).html).not.toContain('checked')
    expect(namesIn(pages.signIn({ ...SIGN_IN, username: 'a"b' }).html)).toEqual([
      'csrf_token=0.token',
      'username=a&quot;b',
    ])
    expect(pages.signIn(SIGN_IN).html).toContain(
      '<form method="post" action="/interaction/x7Jq/sign-in">',
    )
  })

  test('a refused sign-in is 400, an error has its own status, and Retry-After where it is known', async () => {
    const pages = await createPages({ brand: { name } })
    expect(pages.signIn(SIGN_IN).status).toBe(200)
    expect(pages.signIn({ ...SIGN_IN, hasFailed: true }).status).toBe(400)
    const outage = pages.error({ ...ERROR, status: 503, retryAfterSeconds: 30 })
    expect([outage.status, outage.headers['Retry-After']]).toEqual([503, '30'])
    expect(pages.error(ERROR).headers).not.toHaveProperty('Retry-After')
    expect(pages.error(ERROR).html).toContain('mention <bdi>018f4c3a-9d1e-7b62</bdi>')
  })

  test.each([
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '',
  ])('an error page has no link to %j', async (retryPath) => {
    const pages = await createPages({ brand: { name } })
    expect(pages.error({ ...ERROR, retryPath }).html).not.toContain('href')
    expect(pages.error(ERROR).html).toContain('href="/authorize?client_id=x"')
  })
})

function withErrors(errors: unknown): unknown {
  return { brand: { name }, texts: { errors } }
}
