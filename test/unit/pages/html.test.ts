import { parseDocument } from 'htmlparser2'
import { describe, expect, test } from 'vitest'
import { fillHtml, fillText, placeholders } from '../../../src/pages/fill.ts'
import { html } from '../../../src/pages/html.ts'
import { assert, property, string } from '../../fuzz/fast-check.ts'

describe('html', () => {
  test('any text comes out of a parser as it went in, in an element and in an attribute', () => {
    assert(
      property(string({ unit: 'binary' }), (text) => {
        const { markup } = html`<p title="${text}">${text}</p>`
        const { children } = parseDocument(markup)
        expect(children).toHaveLength(1)
        const [element] = children
        if (element === undefined || !('attribs' in element)) throw new Error(markup)
        const found = element.children.map((node) => ('data' in node ? node.data : '<'))
        expect([element.attribs['title'], found.join('')]).toEqual([text, text])
      }),
      { numRuns: 200 },
    )
  })

  test('markup, a list of it, and nothing are put in as they are', () => {
    const items = ['a', '<b>'].map((text) => html`<li>${text}</li>`)
    expect(html`<ul>${items}</ul>${undefined}${html`<hr>`}`.markup).toBe(
      '<ul><li>a</li><li>&lt;b&gt;</li></ul><hr>',
    )
  })
})

describe('texts with places', () => {
  test('values are put into their places, as text and as markup', () => {
    expect(fillText('{a} and {b}, {a}', { a: '1', b: '<2>' })).toBe('1 and <2>, 1')
    expect(fillHtml('<{a}>', { a: '<2>' }).markup).toBe('&lt;<bdi>&lt;2&gt;</bdi>&gt;')
    expect(placeholders('{a} and {b}')).toEqual(['a', 'b'])
  })

  test('a value is not read as a text with places', () => {
    expect(fillText('{a}{b}', { a: '{b}', b: '2' })).toBe('{b}2')
  })
})
