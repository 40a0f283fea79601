import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isPublicAddress } from '../../src/kit/public-address.ts'

const inner = `
  0.0.0.0 0.0.0.1 0.255.255.255 10.0.0.0 10.0.0.1 10.255.255.255 100.64.0.0 100.100.100.200 100.127.255.255
  127.0.0.1 127.0.0.53 127.255.255.255 169.254.0.1 169.254.169.254 169.254.170.2 169.254.255.255
  172.16.0.0 172.17.0.1 172.31.255.255 192.0.0.0 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.0 192.168.1.1
  192.168.255.255 198.18.0.0 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.255 240.0.0.1
  255.255.255.254 255.255.255.255 168.63.129.16
  :: ::1 0:0:0:0:0:0:0:1 ::2 ::127.0.0.1 ::7f00:1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:7f00:1 ::FFFF:10.0.0.1
  ::ffff:8.8.8.8 0:0:0:0:0:ffff:a9fe:a9fe ::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::127.0.0.1 64:ff9b::808:808
  64:ff9b:1::1 100::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:10::1 2001:20::1 2001:db8::1
  2001:DB8:ffff::1 2002::1 2002:7f00:1:: 2002:7f00:0001::1 2002:808:808::1 3fff::1 5f00::1 fc00::1 fd00::1
  fd00:ec2::254 fdff:ffff::1 fe80::1 fe80::1%eth0 febf::1 fec0::1 ff00::1 ff02::1 ff0e::1 4000::1 1::1
`
const outer = `
  1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 93.184.216.34 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0
  169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.0.3.0 192.88.98.1 192.167.255.255 192.169.0.0
  198.17.255.255 198.20.0.0 198.51.101.0 203.0.112.255 203.0.114.0 223.255.255.255 168.63.129.17
  2000::1 2001:200::1 2001:4860:4860::8888 2003::1 2606:4700:4700::1111 2A00:1450::1 3ffe::1 3fff:1000::1
`
/** Spellings of loopback and others that some programs understand; none is an address by itself. */
const odd = `
  0177.0.0.1 0x7f.0.0.1 0x7f000001 2130706433 127.1 127.0.1 00.0.0.0 127.0.0.1. 127.0.0.01 [::1] ::1%1 1.1.1.1/8
  1.1.1 1.1.1.1.1 256.1.1.1 localhost example.com 8.8.8.8:80 ①②⑦.⓪.⓪.① +1.1.1.1 1::2::3 :::
`
const words = (text: string) => text.trim().split(/\s+/)

test('the table of addresses', () => {
  for (const address of words(inner)) assert.equal(isPublicAddress(address), false, address)
  for (const address of words(outer)) assert.equal(isPublicAddress(address), true, address)
  for (const address of [...words(odd), '', ' ', ' 1.1.1.1', '1.1.1.1\n', '1.1.1.1\0'])
    assert.equal(isPublicAddress(address), false, JSON.stringify(address))
  assert.ok(words(inner).length + words(outer).length + words(odd).length >= 120)
})

test('no way to write an IPv4 address within an IPv6 address makes it public', () =>
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number)
      const groups = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
      for (const form of [
        `::${address}`,
        `::ffff:${address}`,
        `::ffff:${groups}`,
        `64:ff9b::${groups}`,
        `2002:${groups}::1`,
      ])
        assert.equal(isPublicAddress(form), false, form)
    }),
  ))
