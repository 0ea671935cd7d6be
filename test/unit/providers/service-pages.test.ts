import { services } from 'mcp-gatehouse/providers'
import { describe, expect, test } from 'vitest'
import { servicePages, servicesSection } from '../../../scripts/service-pages.ts'

const named = Object.entries(services)
const pages = new Map(servicePages(named))

function pageOf(id: string): string {
  return pages.get(`docs/providers/services/${id}.md`) ?? ''
}

test('the table has a row for each service, which leads to its page', () => {
  const section = servicesSection(named)
  const links = [...section.matchAll(/\]\((services\/[\w-]+\.md)\)/g)].map(([, link]) => link)
  expect(links).toEqual(named.map(([, { id }]) => `services/${id}.md`))
  expect([...pages.keys()]).toEqual(links.map((link) => `docs/providers/${link}`))
  expect(section).toContain(
    '| [Atlassian](services/atlassian.md) | spaces | no (not confirmed) | yes | each time | works for a while | no (not confirmed) | a status of 400 and more | not emulated |',
  )
})

describe.each(named)('the page of %s', (name, profile) => {
  const page = pageOf(profile.id)

  test('says its name in the code, and how a connection is made of it', () => {
    expect(page).toContain(`\`services.${name}\``)
    expect(page).toContain(`oauthService({ profile: services.${name}, … })`)
  })

  test('has every step, trap and note with its source', () => {
    for (const step of profile.steps) expect(page).toContain(step)
    for (const { text, source } of [...profile.traps, ...profile.refresh.notes]) {
      expect(page).toContain(`- ${text} [`)
      expect(page).toContain(`](${source})`)
    }
  })

  test('says what is not confirmed, and why', () => {
    const reasons = [
      profile.pkce,
      profile.revocation,
      profile.refresh.reuse,
      profile.refresh.idleDays,
    ].flatMap((one) => ('unconfirmed' in one ? [one.unconfirmed] : []))
    for (const reason of reasons) expect(page).toContain(`(not confirmed: ${reason})`)
    for (const one of profile.unconfirmed) expect(page).toContain(one)
  })
})

test('a page shows requests as they are sent', () => {
  expect(pageOf('github')).toContain(
    '| Revocation | `DELETE <api>/applications/<clientId>/grant` with `access_token` ends the grant [Source]',
  )
  expect(pageOf('notion')).toContain('`client_secret_basic`, JSON, with `Notion-Version: ')
  expect(pageOf('google')).toContain('`access_type=offline`, `prompt=consent`')
})
