# Everything comes from the system; nothing is downloaded. cmake/myocrampConfig.cmake.in repeats what a static link needs.
find_package(Eigen3 3.4 REQUIRED CONFIG)
find_package(HDF5 1.10 REQUIRED COMPONENTS C CXX)
find_package(fmt 9 REQUIRED CONFIG)
find_package(nlohmann_json 3.10 REQUIRED CONFIG)
find_package(pugixml 1.11 REQUIRED CONFIG)
find_package(OpenSSL 3 REQUIRED COMPONENTS Crypto)
find_package(Threads REQUIRED)
# FFTW's own build and libdeflate's install no usable CMake package on Debian.
find_package(PkgConfig REQUIRED)
pkg_check_modules(MYOCRAMP_FFTW REQUIRED IMPORTED_TARGET fftw3)
pkg_check_modules(MYOCRAMP_DEFLATE REQUIRED IMPORTED_TARGET libdeflate>=1.10)
