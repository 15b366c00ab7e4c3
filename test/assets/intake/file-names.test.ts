import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { kindOfName } from '../../../assets/intake/file-names.js'

const names = suite('names of files')

names('say what goes with pictures and is none; whatever they leave open, the bytes decide', () => {
  for (const name of ['LICENSE', 'readme', 'id', 'caption.txt', 'SHA256SUMS', 'clip.MP4']) {
    assert.is(kindOfName(name), 'companion', name)
  }
  for (const name of ['01.jpg', 'IMG_0001', 'license.jpg', 'x.unknown']) {
    assert.is(kindOfName(name), 'candidate', name)
  }
  for (const name of ['.DS_Store', 'Thumbs.db', '01.jpg.part']) assert.is(kindOfName(name), 'hidden', name)
})

names.run()
