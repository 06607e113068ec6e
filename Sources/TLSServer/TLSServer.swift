// TLSServer
