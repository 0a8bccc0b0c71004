import { describe, expect, it } from 'vitest'
import { parse } from './activity-filter'
import { personTerm, suggest } from './activity-suggest'

const texts = (text: string, caret = text.length) => suggest(text, caret).options.map((o) => o.text)

describe('suggestions', () => {
  it('begin with the keys', () => {
    expect(texts('')).toEqual(['status:', 'code:', 'action:', 'method:', 'person:', 'id:', 'after:', 'before:', 'is:'])
    expect(texts('anna me')).toEqual(['method:', 'action:members'])
  })

  it('give the values of a key, also after a comma, and not what is there already', () => {
    expect(texts('status:fa')).toEqual(['status:failure'])
    expect(texts('status:failure,e')).toEqual(['status:failure,error'])
    expect(texts('method:')).toEqual(['method:get', 'method:post', 'method:patch', 'method:put', 'method:delete'])
    expect(texts('after:to')).toEqual(['after:today'])
    expect(texts('status:failure')).toEqual([])
    expect([texts('is:'), texts('unl')]).toEqual([['is:unlike'], ['is:unlike']])
  })

  it('are for the term at the caret, and replace it alone', () => {
    expect(suggest('status:fa anna', 9)).toMatchObject({ from: 0, to: 9, options: [{ text: 'status:failure' }] })
    expect(suggest('fail', 4).options).toEqual([{ key: 'status', value: 'failure', text: 'status:failure' }])
  })

  it('leave a quoted word alone, and tell which name is being typed', () => {
    expect(texts('"status')).toEqual([])
    expect(suggest('person:"Anna B', 14).person).toBe('Anna B')
  })

  it('are understood, all of them', () => {
    for (const begun of ['', 'status:', 'code:', 'action:', 'method:', 'after:', 'before:', 'is:', 'fa', 'cr', 'to']) {
      for (const text of texts(begun)) expect(parse(text).problems, text).toEqual([])
    }
    for (const name of ['anna', 'Anna "A" Berg', 'back\\slash x']) expect(parse(personTerm(name)).filter.person).toBe(name)
  })
})
