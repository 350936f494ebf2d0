// Browsers know that *.localhost is this machine [RFC 6761 6.3]; Node asks the resolver, which may
// not. Imported before anything that connects.
import dns from 'node:dns';

const isLoopbackName = (name) => typeof name === 'string' && name.endsWith('.localhost');
const { lookup } = dns;
const promised = dns.promises.lookup;

dns.lookup = (name, ...rest) => lookup(isLoopbackName(name) ? '127.0.0.1' : name, ...rest);
dns.promises.lookup = (name, ...rest) =>
  promised(isLoopbackName(name) ? '127.0.0.1' : name, ...rest);
