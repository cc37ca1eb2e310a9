// Loaded into every Node process of an adapter: Node's clients do not all ask the environment for a proxy, so what they
// send to hosts other than this machine is led to it here.
"use strict";
const net = require("node:net");

const HERE = new Set(["127.0.0.1", "localhost", "::1", "[::1]", "0.0.0.0"]);
const proxy = new URL(process.env.http_proxy);
const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function (...given) {
  const [options] = Array.isArray(given[0]) ? given[0] : net._normalizeArgs(given);
  const host = options.host ?? "localhost";
  if (options.path || HERE.has(host)) return connect.apply(this, given);
  if (Number(options.port) !== 443) return connect.call(this, Number(proxy.port), proxy.hostname);
  const told = new net.Socket();
  const refuse = () => this.destroy(new Error(`connect ECONNREFUSED ${host}:443`));
  connect.call(told, Number(proxy.port), proxy.hostname, () => told.end(`CONNECT ${host}:443 HTTP/1.1\r\n\r\n`));
  told.on("error", refuse).on("close", refuse).resume();
  return this;
};
