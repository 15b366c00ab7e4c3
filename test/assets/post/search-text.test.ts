import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { searchQuery } from '../../../assets/post/search-text.js'

const searching = suite('the query for what is typed')

searching('looks for each word once, and for no more than a person types', () => {
  assert.is(searchQuery('red  "red" dress*', {}), 'words : "red" * AND words : "dress" *')
  assert.is(searchQuery(' *"() ', {}), undefined)
  assert.is(searchQuery('a '.repeat(100), {}), 'words : "a" *')
  const many = Array.from({ length: 90 }, (_, at) => String(at)).join(' ')
  assert.is(searchQuery(many, {})?.split(' AND ').length, 16)
})

searching.run()
